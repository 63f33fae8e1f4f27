import History

/// A string that is read, written, appended to and deleted; absent and empty are the same.
struct AppendModel: FrontierModel {
  private enum Kind { case read, put, append }

  private struct Effect: Hashable {
    var kind: Kind
    var part: Int
    var seen: Int
  }

  private(set) var operations: [FrontierOperation] = []
  private var kinds: [Kind] = []
  /// By operation: the number of its text, and the text by number.
  private var parts: [Int] = []
  private var texts: [[UInt8]] = []
  /// By operation: the state that it saw, if it says; -1: it does not.
  private var seen: [Int] = []
  private var index: PrefixIndex
  private var readsLeft = 0
  private var readsToCome = 0
  private var putsLeft = 0
  /// The first operation that the model does not know.
  private(set) var unsuitable: Op?

  /// - Parameter kept: positions that are known; of the others only the writes are left, which may have happened at any
  ///   time or never. `nil`: all.
  init(_ ops: [Op], keeping kept: Set<Int>? = nil, reading: AnswerReading? = nil, symbols: borrowing Symbols) {
    var numbers: [[UInt8]: Int] = [:]
    var effects: [Effect: Int32] = [:]
    var isOutOfOrder = kept != nil
    var reads: [[UInt8]] = []
    /// The string before a write or append, where its answer tells it.
    func before(_ op: Op) -> Token? {
      guard op.level != .queued, case .before(let token)? = reading?(op) else { return nil }
      return token
    }
    for (position, op) in ops.enumerated() where op.outcome == .ok {
      if let kept, !kept.contains(position) { continue }
      if op.action == .read { reads.append(symbols.bytes(op.output) ?? []) }
      if let token = before(op) { reads.append(symbols.bytes(token) ?? []) }
    }
    index = PrefixIndex(reads)
    for (position, op) in ops.enumerated() {
      guard op.outcome != .failed, op.action != .audit else { continue }
      let kind: Kind
      switch op.action {
      case .read: kind = .read
      case .write, .delete: kind = .put
      case .append: kind = .append
      default:
        unsuitable = unsuitable ?? op
        continue
      }
      guard kind != .read || op.outcome == .ok else { continue }
      // A cache may show what was there at any earlier moment.
      let isCached = kind == .read && !op.level.isStrong
      isOutOfOrder = isOutOfOrder || isCached
      let isForgotten = kept.map { !$0.contains(position) } ?? false
      if kind == .read, isForgotten { continue }
      let token = kind == .read ? op.output : op.written
      guard let text = token.isNull ? [] : symbols.bytes(token) else {
        unsuitable = unsuitable ?? op
        continue
      }
      let part = numbers[text] ?? texts.count
      if part == texts.count {
        numbers[text] = part
        texts.append(text)
      }
      let certain = op.outcome == .ok && op.level != .queued && !isForgotten
      let told = isForgotten ? nil : before(op).map { index.number(of: symbols.bytes($0) ?? []) }
      let state = kind == .read ? index.number(of: text) : told ?? -1
      let effect = Effect(kind: kind, part: part, seen: kind == .read ? -1 : state)
      let number = effects[effect] ?? Int32(effects.count)
      effects[effect] = number
      kinds.append(kind)
      parts.append(part)
      seen.append(state)
      readsLeft += state >= 0 ? 1 : 0
      readsToCome = readsLeft
      putsLeft += kind == .put ? 1 : 0
      operations.append(
        FrontierOperation(
          isReadOnly: kind == .read, isBlind: kind == .put && told == nil, isTotal: kind != .read && told == nil,
          isCertain: certain, call: isForgotten || isCached ? -1 : op.call, ret: certain ? op.ret : Op.never,
          effect: number,
          source: Int32(position)))
    }
    guard isOutOfOrder else { return }
    let order = operations.orderOfCalls
    (operations, kinds) = (order.map { operations[$0] }, order.map { kinds[$0] })
    (parts, seen) = (order.map { parts[$0] }, order.map { seen[$0] })
  }

  mutating func state(after operation: Int, in state: Int) -> Int? {
    guard seen[operation] < 0 || seen[operation] == state else { return nil }
    return switch kinds[operation] {
    case .read: state
    case .put: index.appending(texts[parts[operation]], part: parts[operation], to: PrefixIndex.empty)
    case .append: index.appending(texts[parts[operation]], part: parts[operation], to: state)
    }
  }

  func isOpaque(_ state: Int) -> Bool { state == PrefixIndex.invisible }

  func isHopeless(_ state: Int, hasPendingReads: Bool) -> Bool {
    state == PrefixIndex.invisible && putsLeft == 0 && (readsToCome > 0 || hasPendingReads)
  }

  var isDecided: Bool { readsLeft == 0 }

  mutating func didCall(_ operation: Int) {
    if seen[operation] >= 0 { readsToCome -= 1 }
  }

  mutating func didReturn(_ operation: Int) {
    if seen[operation] >= 0 { readsLeft -= 1 }
    if kinds[operation] == .put { putsLeft -= 1 }
  }
}
