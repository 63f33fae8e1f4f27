import History

/// The owners and the fencing tokens in the values of a lock's operations.
struct LockReading {
  /// By position: the number of the owner that acts.
  private(set) var owners: [Int32] = []
  /// By position: the fencing token that an acquisition was answered.
  private(set) var fences: [Int64?] = []
  /// The first operation whose answer is neither nothing, nor what was asked for, nor a fencing token.
  private(set) var foreign: Op?
  /// The first acquisition that was done without a token.
  private(set) var unfenced: Op?

  var hasFences: Bool { fences.contains { $0 != nil } }

  /// Owners are named by the values where every operation has one, else by the processes.
  init(_ ops: [Op], symbols: borrowing Symbols) {
    func isLock(_ op: Op) -> Bool { op.action == .acquire || op.action == .release }
    let areNamed = ops.allSatisfy { !isLock($0) || $0.outcome == .failed || !$0.input.isNull }
    var names: [Token: Int32] = [:]
    for op in ops {
      let owner = areNamed ? names[op.input] ?? Int32(names.count) : op.process
      if areNamed { names[op.input] = owner }
      owners.append(owner)
      let hasAnswer = isLock(op) && op.outcome == .ok && !op.output.isNull && op.output != op.input && op.output != .yes
      let fence = hasAnswer ? Self.fence(op.output, symbols) : nil
      fences.append(op.action == .acquire ? fence : nil)
      if hasAnswer, fence == nil { foreign = foreign ?? op }
      if op.action == .acquire, op.outcome == .ok, fence == nil { unfenced = unfenced ?? op }
    }
  }

  /// A whole number, or that of a map with a fence or token.
  private static func fence(_ token: Token, _ symbols: borrowing Symbols) -> Int64? {
    if let number = symbols.integer(token) { return number }
    for (key, value) in symbols.entries(token) ?? [] {
      let name = symbols.keyword(key) ?? symbols.bytes(key).map { String(decoding: $0, as: UTF8.self) }
      if name == "fence" || name == "token" { return symbols.integer(value) }
    }
    return nil
  }
}
