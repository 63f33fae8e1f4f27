import History

/// A lock with owners and fencing tokens for the frontier search.
struct LockModel: FrontierModel {
  private struct State: Hashable {
    /// The owner that holds it; -1: none.
    var owner: Int32
    /// The highest fencing token that was given.
    var fence: Int64
  }

  private struct Effect: Hashable {
    var isAcquisition: Bool
    var owner: Int32
    var fence: Int64?
  }

  private(set) var operations: [FrontierOperation] = []
  private var effects: [Effect] = []
  private var states = StateTable(initial: State(owner: -1, fence: Int64.min))
  private var certainLeft = 0

  /// - Parameters:
  ///   - hasOwners: whether only the holder may release the lock.
  ///   - kept: positions that are known; the others may have happened at any time or never. `nil`: all.
  init(_ ops: [Op], reading: LockReading, hasOwners: Bool, keeping kept: Set<Int>? = nil) {
    var known: [Effect: Int32] = [:]
    for (position, op) in ops.enumerated()
    where op.outcome != .failed && (op.action == .acquire || op.action == .release) {
      let isForgotten = kept.map { !$0.contains(position) } ?? false
      let certain = op.outcome == .ok && !isForgotten
      let effect = Effect(
        isAcquisition: op.action == .acquire, owner: hasOwners ? reading.owners[position] : 0,
        fence: certain ? reading.fences[position] : nil)
      let number = known[effect] ?? Int32(known.count)
      known[effect] = number
      effects.append(effect)
      certainLeft += certain ? 1 : 0
      operations.append(
        FrontierOperation(
          isReadOnly: false, isBlind: false, isTotal: false, isCertain: certain, call: isForgotten ? -1 : op.call,
          ret: certain ? op.ret : Op.never, effect: number, source: Int32(position)))
    }
    guard kept != nil else { return }
    let order = operations.orderOfCalls
    (operations, effects) = (order.map { operations[$0] }, order.map { effects[$0] })
  }

  mutating func state(after operation: Int, in state: Int) -> Int? {
    let (effect, before) = (effects[operation], states[state])
    guard effect.isAcquisition else {
      return before.owner == effect.owner ? states.number(of: State(owner: -1, fence: before.fence)) : nil
    }
    guard before.owner < 0, effect.fence.map({ $0 > before.fence }) ?? true else { return nil }
    return states.number(of: State(owner: effect.owner, fence: effect.fence ?? before.fence))
  }

  var isDecided: Bool { certainLeft == 0 }
  mutating func didReturn(_ operation: Int) { certainLeft -= 1 }
}
