/// A request that is due.
public struct LoadRequest: Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    case put = "PUT"
    case get = "GET"
  }

  /// Which client sends it, 0..<clients. A client has at most one request open.
  public var client: Int
  public var kind: Kind
  /// The number of the key, 0..<keys.
  public var key: Int
  /// When it is due, in nanoseconds since the start. Latency counts from here: a request that is sent late because the
  /// store is slow has already waited (no coordinated omission).
  public var intendedNanoseconds: UInt64

  public init(client: Int, kind: Kind, key: Int, intendedNanoseconds: UInt64) {
    self.client = client
    self.kind = kind
    self.key = key
    self.intendedNanoseconds = intendedNanoseconds
  }
}

/// What a schedule wants done now.
public enum LoadStep: Sendable, Hashable {
  /// Send this, then ask again.
  case send(LoadRequest)
  /// Nothing until this time, unless a request is answered earlier.
  case wait(untilNanoseconds: UInt64)
  /// Nothing until a request is answered.
  case waitForAnswer
  /// The load has ended, and no request is open.
  case finished
}
