import History

/// A counter for the frontier search: adds of whole numbers, and reads of the sum.
struct CounterModel: FrontierModel {
  private(set) var operations: [FrontierOperation] = []
  /// By operation: what it adds; of a read the number of the state that it saw.
  private var amounts: [Int64] = []
  private var isRead: [Bool] = []
  private var sums: StateTable<Int64>
  private var readsLeft = 0
  /// The first operation that is none of a counter.
  private(set) var unsuitable: Op?

  /// - Parameters:
  ///   - initial: what the counter begins with.
  ///   - kept: positions that are known; of the others only the adds are left, which may have happened at any time or
  ///     never. `nil`: all.
  init(_ ops: [Op], initial: Int64 = 0, keeping kept: Set<Int>? = nil, symbols: borrowing Symbols) {
    sums = StateTable(initial: initial)
    var effects: [Int64: Int32] = [:]
    var isOutOfOrder = kept != nil
    for (position, op) in ops.enumerated() {
      guard op.outcome != .failed, op.action != .audit else { continue }
      // A cache may show what was there at any earlier moment.
      let isCached = op.action == .read && !op.level.isStrong
      isOutOfOrder = isOutOfOrder || isCached
      let isForgotten = kept.map { !$0.contains(position) } ?? false
      if op.action == .read, op.outcome != .ok || isForgotten { continue }
      guard op.action == .read || op.action == .add,
        let amount = symbols.integer(op.action == .read ? op.output : op.input)
      else {
        unsuitable = unsuitable ?? op
        continue
      }
      let certain = op.outcome == .ok && op.level != .queued && !isForgotten
      // An add of unknown outcome that adds nothing makes no difference.
      if amount == 0, op.action == .add, !certain { continue }
      let effect = effects[amount] ?? Int32(effects.count)
      effects[amount] = effect
      amounts.append(amount)
      isRead.append(op.action == .read)
      readsLeft += op.action == .read ? 1 : 0
      operations.append(
        FrontierOperation(
          isReadOnly: op.action == .read, isBlind: false, isTotal: op.action == .add, isCertain: certain,
          call: isForgotten || isCached ? -1 : op.call, ret: certain ? op.ret : Op.never,
          effect: effect * 2 + (op.action == .read ? 1 : 0), source: Int32(position)))
    }
    guard isOutOfOrder else { return }
    let order = operations.orderOfCalls
    (operations, amounts, isRead) = (
      order.map { operations[$0] }, order.map { amounts[$0] }, order.map { isRead[$0] }
    )
  }

  mutating func state(after operation: Int, in state: Int) -> Int? {
    let amount = amounts[operation]
    if isRead[operation] { return sums[state] == amount ? state : nil }
    let (sum, overflow) = sums[state].addingReportingOverflow(amount)
    return overflow ? nil : sums.number(of: sum)
  }

  var isDecided: Bool { readsLeft == 0 }
  mutating func didReturn(_ operation: Int) {
    if isRead[operation] { readsLeft -= 1 }
  }
}
