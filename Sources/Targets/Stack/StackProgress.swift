import ChaosPlan

/// How far `up` is: a line for every tier, and steps before and after.
public enum StackProgress: Sendable, Hashable {
  /// One sentence, e.g. which flavour is taken and why.
  case note(String)
  /// How many of a tier's containers are ready (healthy, or done if they are one-shot).
  case tier(TierProgress)
  /// The whole store has answered a committed write and a linearizable read, this long after the start.
  case answered(Duration)
}

/// The state of one tier during `up`.
public struct TierProgress: Sendable, Hashable {
  /// The tier's word; `init` for the one-shot containers.
  public var tier: String
  public var ready: Int
  public var total: Int
  /// The names of those that are not ready.
  public var waitingFor: [String]

  public init(tier: String, ready: Int, total: Int, waitingFor: [String]) {
    self.tier = tier
    self.ready = ready
    self.total = total
    self.waitingFor = waitingFor
  }
}
