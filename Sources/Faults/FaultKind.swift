/// The name of a way to fail: the word in plans, ledgers and reports.
///
/// Not an enumeration: the ledger must be able to hold, and name, a kind that this build does not know.
public struct FaultKind: RawRepresentable, Sendable, Hashable, Codable, CustomStringConvertible {
  public var rawValue: String

  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  /// `SIGKILL`; healed by starting the container.
  public static let kill = FaultKind(rawValue: "kill")
  /// A graceful stop; healed by starting the container.
  public static let stop = FaultKind(rawValue: "stop")
  /// Frozen by the cgroup freezer: its connections stay open and nothing answers; healed by thawing.
  public static let pause = FaultKind(rawValue: "pause")
  /// Stopped and started again, one node after another: a rolling restart.
  public static let restart = FaultKind(rawValue: "restart")
  /// Killed and started again, over and over.
  public static let crashLoop = FaultKind(rawValue: "crash-loop")

  public var description: String { rawValue }

  public init(from decoder: any Decoder) throws {
    rawValue = try decoder.singleValueContainer().decode(String.self)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(rawValue)
  }
}
