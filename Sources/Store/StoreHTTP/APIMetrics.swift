import HTTPTypes
import ServiceMetrics

/// An API's metrics about its requests. All are created at the start, so that a request costs only a few atomic
/// additions.
public final class APIMetrics: Sendable {
  /// The route of a request, for the label `route`.
  enum Route: Int, CaseIterable {
    case store, key, operation, health, metrics, description, other

    var label: String {
      switch self {
      case .store: "/store"
      case .key: "/store/{key}"
      case .operation: "/operations/{id}"
      case .health: "/health"
      case .metrics: "/metrics"
      case .description: "/openapi.json"
      case .other: "other"
      }
    }
  }

  /// The timed operation, for the label `operation`.
  enum Operation: Int, CaseIterable {
    case putQueued, putCommitted, deleteQueued, deleteCommitted, getCache, getLinearizable, getAfter, list, status,
      other

    var label: String {
      switch self {
      case .putQueued: "put-queued"
      case .putCommitted: "put-committed"
      case .deleteQueued: "delete-queued"
      case .deleteCommitted: "delete-committed"
      case .getCache: "get-cache"
      case .getLinearizable: "get-linearizable"
      case .getAfter: "get-after"
      case .list: "list"
      case .status: "operation-status"
      case .other: "other"
      }
    }
  }

  private static let methods = ["GET", "HEAD", "PUT", "DELETE", "other"]
  private static let statuses = [200, 202, 304, 400, 401, 404, 405, 408, 412, 413, 414, 415, 422, 500, 503, 504]

  let registry: MetricsRegistry
  let inFlight: Gauge
  /// By route, method and status, in this order.
  private let requests: [Counter]
  private let durations: [Histogram]

  /// - Parameter registry: where they are made, and what `/metrics` shows.
  public init(_ registry: MetricsRegistry) {
    self.registry = registry
    requests = Route.allCases.flatMap { route in
      Self.methods.flatMap { method in
        (Self.statuses.map(String.init) + ["other"]).map { status in
          registry.counter(
            "kv_http_requests_total", "Requests answered, by method, route and status.",
            [("method", method), ("route", route.label), ("status", status)], isShownAtZero: false)
        }
      }
    }
    durations = Operation.allCases.map { operation in
      registry.histogram(
        "kv_http_request_duration_seconds", "From a request's head to its answer, by operation.",
        [("operation", operation.label)], bounds: Histogram.latencyBounds)
    }
    inFlight = registry.gauge("kv_http_requests_in_flight", "Requests in flight.")
  }

  /// Counts an answer.
  func record(
    _ route: Route, _ method: HTTPRequest.Method, _ status: Int, _ operation: Operation, _ duration: Duration
  ) {
    let methodIndex: Int
    switch method {
    case .get: methodIndex = 0
    case .head: methodIndex = 1
    case .put: methodIndex = 2
    case .delete: methodIndex = 3
    default: methodIndex = 4
    }
    let statusIndex = Self.statuses.firstIndex(of: status) ?? Self.statuses.count
    requests[(route.rawValue * Self.methods.count + methodIndex) * (Self.statuses.count + 1) + statusIndex].add()
    let parts = duration.components
    durations[operation.rawValue].observe(UInt64(parts.seconds * 1_000_000 + parts.attoseconds / 1_000_000_000_000))
  }
}
