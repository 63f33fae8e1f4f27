/// A sequential object that a frontier search can run: its states are numbered as they are found, 0 is the initial one.
protocol FrontierModel {
  /// In the order of their invocations.
  var operations: [FrontierOperation] { get }

  /// The state after an operation; `nil` when it cannot happen there.
  mutating func state(after operation: Int, in state: Int) -> Int?

  /// Whether no operation tells this state from what follows it, but for one that overwrites everything. Such states
  /// are entered only by an operation that has to happen.
  func isOpaque(_ state: Int) -> Bool

  /// Whether nothing can come of this state, given what has not been invoked yet and whether some open operation still
  /// has to look at the object.
  func isHopeless(_ state: Int, hasPendingReads: Bool) -> Bool

  /// Whether everything that has not returned yet can happen in any order.
  var isDecided: Bool { get }

  mutating func didCall(_ operation: Int)
  mutating func didReturn(_ operation: Int)
}

/// An object each of whose states some operation may tell from any other, and from which anything may follow.
extension FrontierModel {
  func isOpaque(_ state: Int) -> Bool { false }
  func isHopeless(_ state: Int, hasPendingReads: Bool) -> Bool { false }
  mutating func didCall(_ operation: Int) {}
}

/// An operation as a frontier search sees it.
struct FrontierOperation: Sendable {
  /// It only looks: it never changes the state.
  var isReadOnly: Bool
  /// It always can happen, and what was before makes no difference after it.
  var isBlind: Bool
  /// It can happen in any state.
  var isTotal: Bool
  /// If not, it may take effect at any time after its invocation, or never.
  var isCertain: Bool
  var call: Int32
  var ret: Int32
  /// Operations of equal effect have equal numbers, from 0.
  var effect: Int32
  /// Position among the operations that it was made of.
  var source: Int32
}

extension [FrontierOperation] {
  /// Their positions in the order of their invocations, which those that are forgotten or cached are out of.
  var orderOfCalls: [Int] { indices.sorted { (self[$0].call, $0) < (self[$1].call, $1) } }
}
