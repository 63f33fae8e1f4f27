/// Decides which request leaves when. Pure: time is what the caller says it is, in nanoseconds since the start and
/// never going back, so that a test runs an hour of load in no time.
public protocol LoadSchedule: Sendable {
  /// Clients that may have a request open at the same time.
  var clients: Int { get }
  /// What is to be done now. A request that it says to send is open from then on.
  mutating func next(at now: UInt64) -> LoadStep
  /// The client's open request has ended, whatever came of it.
  mutating func answered(client: Int, at now: UInt64)
  /// No request is begun any more; those that are open are waited for.
  mutating func stop()
}
