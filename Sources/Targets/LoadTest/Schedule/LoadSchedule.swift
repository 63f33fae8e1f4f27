/// Decides which request is sent when. Pure: the caller passes the time, in nanoseconds since the start and never going
/// back, so that a test runs an hour of load in no time.
public protocol LoadSchedule: Sendable {
  /// Clients that may have a request open at the same time.
  var clients: Int { get }
  /// What to do now. A request that it returns is open from then on.
  mutating func next(at now: UInt64) -> LoadStep
  /// The client's open request has ended, with any outcome.
  mutating func answered(client: Int, at now: UInt64)
  /// Starts no more requests, and waits for those that are open.
  mutating func stop()
}
