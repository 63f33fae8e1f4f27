/// The complete result of checking one history.
public struct ConsistencyReport: Sendable, Hashable, Codable {
  /// Of all checks together.
  public var verdict: Verdict
  /// The object that the history was checked against; `nil` when its operations belong to no known one.
  public var model: Model?
  /// Each check with its own verdict; those with nothing to examine in this history hold with `examined` 0.
  public var checks: [CheckOutcome]
  /// Linearizability key by key, the violated and the unknown ones first.
  public var keys: [KeyVerdict]
  /// Lines of the history.
  public var events: Int
  /// Invocations, with or without a completion.
  public var operations: Int
  /// Operations of unknown outcome.
  public var unknowns: Int
  /// Operations that certainly failed.
  public var failures: Int
  /// Wall clock time of the check, reading included.
  public var seconds: Double
  /// The process's largest resident memory so far, in bytes.
  public var peakMemoryBytes: Int
  /// Remarks for people: a truncated last line, what was not checked and why.
  public var notes: [String]

  /// The outcome of one check; `nil` for a check that is not made for this model.
  public subscript(check: CheckName) -> CheckOutcome? { checks.first { $0.check == check } }
}

/// The linearizability of one key.
public struct KeyVerdict: Sendable, Hashable, Codable {
  /// `nil`: the history's only object.
  public var key: String?
  /// Whether it is linearizable.
  public var verdict: Verdict
  /// Which algorithm decided.
  public var engine: Engine
  /// Operations on this key.
  public var operations: Int
  /// Those of unknown outcome.
  public var unknowns: Int
  /// Wall clock time that this key took.
  public var seconds: Double
  /// The most configurations that a search held at once; 0 where none was needed.
  public var configurations: Int
  /// The reason why it is unknown.
  public var note: String?
  /// The operations that cannot be put in one order, as few as possible: leave out any of them, and the rest can.
  public var core: [Operation]
  /// What is wrong with them, in a sentence.
  public var message: String?
}

/// The algorithms.
public enum Engine: String, Sendable, Hashable, Codable {
  /// The zone test of Gibbons and Korach: n log n, for registers whose values are written once.
  case zones
  /// Just-in-time search over the frontier of open operations, for registers with ambiguous values and cas.
  case registerSearch = "register-search"
  /// Just-in-time search for string values that grow by append.
  case appendSearch = "append-search"
  /// The order test for queues whose elements are distinct: n log n.
  case queueOrder = "queue-order"
  /// Just-in-time search for queues.
  case queueSearch = "queue-search"
  /// The chain test for sets that are read as a whole.
  case setChain = "set-chain"
  /// Counting, for queues that promise no order.
  case counting
  /// Just-in-time search for counters.
  case counterSearch = "counter-search"
  /// Just-in-time search for locks with owners or fencing tokens.
  case lockSearch = "lock-search"
  /// Real-time order applies to no operation on this key.
  case none
}
