/// The checks whose verdicts a report has, each on its own.
public enum CheckName: String, Sendable, Hashable, Codable, CaseIterable {
  /// Acknowledged writes whose effect is gone although nothing superseded them.
  case lostWrites = "lost-writes"
  /// Reads of values that were never written, or that were written only later.
  case phantomReads = "phantom-reads"
  /// Writes answered as certainly not done whose effect was seen.
  case failedWrites = "failed-writes"
  /// Reads of values that were certainly overwritten before the read began.
  case staleReads = "stale-reads"
  /// Effects that occurred twice.
  case duplicates
  /// Writes that took effect in another order than that of their acknowledgements.
  case order
  /// Session guarantee: a client sees its own writes.
  case readYourWrites = "read-your-writes"
  /// Session guarantee: a client never reads backwards.
  case monotonicReads = "monotonic-reads"
  /// Session guarantee: a client's writes take effect in its order.
  case monotonicWrites = "monotonic-writes"
  /// Session guarantee: a write comes after what its client had read.
  case writesFollowReads = "writes-follow-reads"
  /// Versions of a key that go back in real time, or stand for two different states.
  case versions
  /// Whether every copy has the same value once the faults are over and the queues are drained.
  case convergence
  /// Whether each key behaves as if every operation happened at one moment between its invocation and its completion.
  case linearizability

  /// The question that the check answers, for people.
  public var question: String {
    switch self {
    case .lostWrites: "Is every acknowledged write still there?"
    case .phantomReads: "Was every value that was read written before?"
    case .failedWrites: "Did every refused write stay without effect?"
    case .staleReads: "Is every value that was read still current?"
    case .duplicates: "Did every effect come at most once?"
    case .order: "Did writes take effect in the order of their acknowledgements?"
    case .readYourWrites: "Does a client see its own writes?"
    case .monotonicReads: "Does a client never read backwards?"
    case .monotonicWrites: "Do a client's writes take effect in its order?"
    case .writesFollowReads: "Does a write come after what its client had read?"
    case .versions: "Do the versions of a key only go up?"
    case .convergence: "Do all copies agree after the faults?"
    case .linearizability: "Is every key linearizable?"
    }
  }
}
