import HTTPTypes
import Hummingbird
import KeyValueStore
import Logging
import ServiceMetrics

/// Turns requests into the store's operations and their outcomes into answers (docs/api.md).
public struct StoreResponder: HTTPResponder {
  public typealias Context = BasicRequestContext

  let service: StoreService<ContinuousClock>
  let readiness: Readiness<ContinuousClock>
  let metrics: APIMetrics
  let logger: Logger
  /// The token that a request needs, except for health and the API's description; `nil`: none.
  let token: BearerToken?
  let bodies: BodyBudget

  public init(
    service: StoreService<ContinuousClock>, readiness: Readiness<ContinuousClock>, metrics: APIMetrics, logger: Logger,
    token: BearerToken? = nil
  ) {
    self.init(
      service: service, readiness: readiness, metrics: metrics, logger: logger, token: token, bodies: BodyBudget())
  }

  init(
    service: StoreService<ContinuousClock>, readiness: Readiness<ContinuousClock>, metrics: APIMetrics, logger: Logger,
    token: BearerToken?, bodies: BodyBudget
  ) {
    self.service = service
    self.readiness = readiness
    self.metrics = metrics
    self.logger = logger
    self.token = token
    self.bodies = bodies
  }

  public func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
    await respond(to: request)
  }

  func respond(to request: Request) async -> Response {
    let start = ContinuousClock.now
    metrics.inFlight.add(1)
    defer { metrics.inFlight.add(-1) }
    let answer: Response
    var measured: (route: APIMetrics.Route, operation: APIMetrics.Operation) = (.other, .other)
    do throws(Problem) {
      let target = try admitted(request)
      // HEAD is a GET whose answer has no body, and every path knows GET.
      let method = request.method == .head ? .get : request.method
      measured = Self.measured(target, method)
      answer = try await self.response(to: request, method, target)
    } catch {
      answer = error.response(operation: nil)
    }
    // An answer without a body has no length either.
    let isWhole = request.method != .head || answer.status == .notModified
    let response = isWhole ? answer : answer.createHeadResponse()
    metrics.record(
      measured.route, request.method, response.status.code, measured.operation, ContinuousClock.now - start)
    return response
  }

  /// The target of the request, if it is allowed. A client without the token learns nothing else.
  private func admitted(_ request: Request) throws(Problem) -> RequestTarget {
    let authorization = request.headers[.authorization]
    let isAdmitted = token.map { $0.isShown(by: authorization) } ?? true
    let refusal = BearerToken.problem(hasWrongOne: authorization != nil)
    do throws(Problem) {
      let target = try RequestTarget(request.head.path ?? "")
      if isAdmitted || target.route.isOpen { return target }
    } catch {
      throw isAdmitted ? error : refusal
    }
    throw refusal
  }

  private func response(
    to request: Request, _ method: HTTPRequest.Method, _ target: RequestTarget
  ) async throws(Problem) -> Response {
    let query = target.query
    switch (target.route, method) {
    case (.collection, .put): return await put(request, query)
    case (.collection, .get): return try await list(query)
    case (.key(let key), .get): return try await get(key, request, query)
    case (.key(let key), .delete): return await delete(key, request, query)
    case (.operation(let operation), .get):
      try query.allow()
      return await status(operation)
    case (.live, .get):
      try query.allow()
      return .json(200, "{\"status\":\"live\"}\n")
    case (.ready, .get):
      try query.allow()
      let report = readiness.report()
      return .json(report.isReady ? 200 : 503, report.json + "\n")
    case (.metrics, .get):
      try query.allow()
      return .bytes(200, Array(metrics.registry.text().utf8), headers: [.contentType: MetricsRegistry.contentType])
    case (.description, .get):
      try query.allow()
      return .bytes(200, PackageResources.openapi_json)
    default:
      let methods = target.route.methods
      throw Problem(405, "This path supports only \(methods).", allow: methods)
    }
  }

  /// The metric labels of a request.
  private static func measured(
    _ target: RequestTarget, _ method: HTTPRequest.Method
  ) -> (APIMetrics.Route, APIMetrics.Operation) {
    let isCommitted = target.query["ack"] == Acknowledgement.committed.rawValue
    switch (target.route, method) {
    case (.collection, .put): return (.store, isCommitted ? .putCommitted : .putQueued)
    case (.collection, .get): return (.store, .list)
    case (.collection, _): return (.store, .other)
    case (.key, .get) where target.query["after"] != nil: return (.key, .getAfter)
    case (.key, .get):
      return (.key, target.query["read"] == ReadLevel.linearizable.rawValue ? .getLinearizable : .getCache)
    case (.key, .delete): return (.key, isCommitted ? .deleteCommitted : .deleteQueued)
    case (.key, _): return (.key, .other)
    case (.operation, _): return (.operation, .status)
    case (.live, _), (.ready, _): return (.health, .other)
    case (.metrics, _): return (.metrics, .other)
    case (.description, _): return (.description, .other)
    }
  }
}

extension RequestTarget.Route {
  /// Whether the route needs no token: load balancers need the health check, and new clients the description.
  fileprivate var isOpen: Bool {
    switch self {
    case .live, .ready, .description: true
    case .collection, .key, .operation, .metrics: false
    }
  }

  /// The methods that the path supports, as `Allow` lists them.
  fileprivate var methods: String {
    switch self {
    case .collection: "GET, HEAD, PUT"
    case .key: "GET, HEAD, DELETE"
    case .operation, .live, .ready, .metrics, .description: "GET, HEAD"
    }
  }
}

extension Response {
  static func json(_ status: Int, _ text: String) -> Response { bytes(status, Array(text.utf8)) }

  /// An answer of bytes, JSON unless the headers say otherwise.
  static func bytes(_ status: Int, _ body: [UInt8], headers: HTTPFields = [:]) -> Response {
    var headers = headers
    if headers[.contentType] == nil { headers[.contentType] = "application/json" }
    return Response(
      status: HTTPResponse.Status(code: status), headers: headers,
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
  }
}
