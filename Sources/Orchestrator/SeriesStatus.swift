/// The exit status of several runs: the worst of theirs.
///
/// A violation that was found outranks a run that could not be made or was interrupted, that an unknown verdict, and
/// that a pass; of two reasons why runs could not be made, the first stands.
public struct SeriesStatus: Sendable, Hashable {
  public private(set) var value: Int32 = 0

  public init() {}

  /// Takes the status of one more run.
  public mutating func add(_ status: Int32) {
    if Self.rank(status) > Self.rank(value) { value = status }
  }

  private static func rank(_ status: Int32) -> Int {
    switch status {
    case 0: 0
    case 2: 1
    case 1: 3
    default: 2
    }
  }
}
