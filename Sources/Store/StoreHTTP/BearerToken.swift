import HTTPTypes

/// The secret that a request must carry (RFC 6750), if one is set. No description contains it, so that no log line can
/// expose it by accident.
public struct BearerToken: Sendable, CustomStringConvertible {
  private let bytes: [UInt8]

  public init(_ secret: String) { bytes = Array(secret.utf8) }

  /// Whether an `Authorization` header has it. The duration of the comparison reveals nothing about how much of a wrong
  /// token was right.
  func isShown(by header: String?) -> Bool {
    let scheme = "bearer "
    guard let header, header.prefix(scheme.count).lowercased() == scheme else { return false }
    let shown = Array(header.utf8.dropFirst(scheme.count))
    var difference: UInt8 = shown.count == bytes.count ? 0 : 1
    for index in shown.indices { difference |= shown[index] ^ bytes[index % max(bytes.count, 1)] }
    return difference == 0
  }

  /// The answer to a request without the token.
  static func problem(hasWrongOne: Bool) -> Problem {
    let challenge = "Bearer realm=\"kvchaos\"" + (hasWrongOne ? ", error=\"invalid_token\"" : "")
    return Problem(
      401, "This store requires a token: Authorization: Bearer …, with the value of KV_API_TOKEN.",
      headers: [.wwwAuthenticate: challenge])
  }

  public var description: String { "a bearer token" }
}
