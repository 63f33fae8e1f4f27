/// The exit status of several runs: the worst of theirs.
///
/// A violation outranks a run that failed or was interrupted; that outranks an unknown verdict, and that a pass. If two
/// runs could not be made, the first reason counts.
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
