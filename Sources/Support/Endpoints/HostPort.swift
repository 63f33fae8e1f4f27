/// Where a server is reached: a name or an IP address, and a port.
public struct HostPort: Sendable, Hashable, CustomStringConvertible {
  /// An IPv6 address is without brackets, as resolvers and drivers take it.
  public let host: String
  public let port: Int

  public init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  /// Reads `redis-1:6379`, `10.0.0.1:6379` and `[::1]:6379`.
  ///
  /// An IPv6 address needs its brackets: without them it cannot be told where it ends.
  ///
  /// - Parameter defaultPort: the port of a text without one; `nil`: such a text is invalid.
  /// - Returns: `nil` for everything else, such as a port outside 1...65535.
  public init?(_ text: some StringProtocol, defaultPort: Int? = nil) {
    let rest: Substring
    if text.hasPrefix("[") {
      guard let end = text.firstIndex(of: "]") else { return nil }
      host = String(text[..<end].dropFirst())
      guard host.contains(":") else { return nil }
      rest = Substring(text[end...].dropFirst())
    } else {
      let end = text.firstIndex(of: ":") ?? text.endIndex
      host = String(text[..<end])
      rest = Substring(text[end...])
    }
    guard !host.isEmpty, !host.contains(where: { "[]".contains($0) || $0.isWhitespace }),
      let port = rest.isEmpty ? defaultPort : Self.port(rest)
    else { return nil }
    self.port = port
  }

  /// Reads what Redis writes, which has no brackets: `10.0.0.1:6379`, `::1:6379`. The port is behind the last colon.
  public init?(lastColonIn text: some StringProtocol) {
    guard let colon = text.lastIndex(of: ":"), colon != text.startIndex, let port = Self.port(Substring(text[colon...]))
    else { return nil }
    self.init(host: String(text[..<colon]), port: port)
  }

  /// Reads `:6379`: digits only, since `Int` would take a sign too.
  private static func port(_ text: Substring) -> Int? {
    let digits = text.dropFirst()
    guard text.first == ":", digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = Int(digits),
      (1...65_535).contains(port)
    else { return nil }
    return port
  }

  /// As `init(_:defaultPort:)` reads it.
  public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
