import Escaping
import HTTPTypes
import Hummingbird

/// An error answer (RFC 9457) with the store's own field `outcome`.
struct Problem: Error, Sendable {
  let status: Int
  let detail: String
  /// Whether the request may have, or come to have, an effect.
  let isUnknown: Bool
  /// The methods that a path supports, with a 405.
  let allow: String?
  /// Headers that only this problem has.
  let headers: HTTPFields

  init(
    _ status: Int, _ detail: String, isUnknown: Bool = false, allow: String? = nil, headers: HTTPFields = [:]
  ) {
    self.status = status
    self.detail = detail
    self.isUnknown = isUnknown
    self.allow = allow
    self.headers = headers
  }

  /// A well-formed request that asks for something impossible.
  static func invalid(_ detail: String) -> Problem { Problem(422, detail) }

  /// Certainly not done; the client should retry.
  static func unavailable(_ detail: String) -> Problem { Problem(503, detail) }

  /// RFC 9110's phrase for the statuses that are used; `HTTPResponse.Status(code:)` has none.
  private static func title(_ status: Int) -> String {
    switch status {
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 412: "Precondition Failed"
    case 413: "Content Too Large"
    case 415: "Unsupported Media Type"
    case 422: "Unprocessable Content"
    case 503: "Service Unavailable"
    case 504: "Gateway Timeout"
    default: "Error"
    }
  }

  /// The answer. The operation id goes along where one exists, so that the client can settle an unknown outcome.
  func response(operation: String?) -> Response {
    let status = HTTPResponse.Status(code: status)
    var json =
      "{\"type\":\"about:blank\",\"title\":\(Escaping.json(Self.title(status.code))),\"status\":\(status.code)"
    json += ",\"detail\":\(Escaping.json(detail)),\"outcome\":\"\(isUnknown ? "unknown" : "not-applied")\""
    if let operation { json += ",\"operation\":\(Escaping.json(operation))" }
    json += "}\n"
    var headers = headers
    headers[.contentType] = "application/problem+json"
    if status.code == 503 { headers[.retryAfter] = "1" }
    if let allow { headers[.allow] = allow }
    if let operation { headers[.operationID] = operation }
    return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: json)))
  }
}

extension HTTPField.Name {
  /// The operation id of a write, or of the write that made what a read found.
  static let operationID = HTTPField.Name("X-Operation-Id") ?? .eTag
  /// `pending`: the read returned a write that may not have taken effect yet.
  static let operationState = HTTPField.Name("X-Operation-State") ?? .eTag
  /// When the proxy made the operation id: seconds since 1970, with three decimals.
  static let operationMade = HTTPField.Name("X-Operation-Made") ?? .eTag
  /// The client's or the proxy's operation id.
  static let idempotencyKey = HTTPField.Name("Idempotency-Key") ?? .eTag
}
