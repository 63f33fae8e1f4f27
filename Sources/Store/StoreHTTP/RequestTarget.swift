import KeyValueStore

/// A request's path and query, taken apart byte by byte, so that slashes, `%2F` and everything else that a router would
/// normalise reach the store as they were sent.
struct RequestTarget: Sendable {
  /// The target of the path, before the method is considered.
  enum Route: Hashable, Sendable {
    case collection
    case key(Key)
    case operation(OperationID)
    case live
    case ready
    case metrics
    case description
  }

  let route: Route
  let query: Query

  /// Parses `path?query`. Throws 400 for invalid syntax, 404 for an unknown path, 422 for an invalid key.
  init(_ target: String) throws(Problem) {
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    guard !target.utf8.contains(UInt8(ascii: "#")) else {
      throw Problem(400, "The address has a #, which begins a fragment; in a key or a parameter it is written %23.")
    }
    route = try Self.route(parts.first ?? "")
    query = try Query(parts.count == 2 ? parts[1] : "")
  }

  private static func route(_ path: Substring) throws(Problem) -> Route {
    switch path {
    case "/store": return .collection
    case "/health/live": return .live
    case "/health/ready": return .ready
    case "/metrics": return .metrics
    case "/openapi.json": return .description
    case _ where path.hasPrefix("/store/"): return .key(try Key(address: path.dropFirst(7)))
    case _ where path.hasPrefix("/operations/"):
      let text = String(decoding: try PercentCoding.decoded(path.dropFirst(12)), as: UTF8.self)
      do {
        return .operation(try OperationID(text))
      } catch {
        throw .invalid(error.description)
      }
    default: throw Problem(404, "There is nothing at this path; GET /openapi.json lists the paths.")
    }
  }
}
