import History

/// A first-in-first-out queue for the frontier search: where elements are enqueued more than once, or dequeues have
/// unknown outcomes.
struct QueueModel: FrontierModel {
  private enum Kind { case enqueue, dequeue, empty, unknownDequeue }

  private(set) var operations: [FrontierOperation] = []
  private var kinds: [Kind] = []
  private var values: [Token] = []
  private var states: [[Token]] = [[]]
  private var numbers: [[Token]: Int] = [[]: 0]
  private var dequeuesLeft = 0

  init(_ ops: QueueOps) {
    var all: [(element: QueueOps.Element, kind: Kind)] = []
    // One of unknown outcome that nobody took need not have happened.
    let taken = Set(ops.dequeues.map(\.value))
    all += ops.enqueues.filter { $0.isCertain || taken.contains($0.value) }.map { ($0, .enqueue) }
    all += ops.dequeues.map { ($0, .dequeue) }
    all += ops.empties.map { ($0, .empty) }
    all += ops.unknownDequeues.map { ($0, .unknownDequeue) }
    all.sort { $0.element.call < $1.element.call }
    var effects: [Token: Int32] = [:]
    for (element, kind) in all {
      let token = kind == .enqueue || kind == .dequeue ? element.value : .null
      let base = effects[token] ?? Int32(effects.count * 4)
      effects[token] = base
      let offset: Int32 =
        switch kind {
        case .enqueue: 0
        case .dequeue: 1
        case .empty: 2
        case .unknownDequeue: 3
        }
      kinds.append(kind)
      values.append(token)
      dequeuesLeft += kind == .dequeue || kind == .empty ? 1 : 0
      operations.append(
        FrontierOperation(
          isReadOnly: kind == .empty, isBlind: false, isTotal: kind == .enqueue, isCertain: element.isCertain,
          call: element.call, ret: element.ret, effect: base + offset, source: Int32(element.source)))
    }
  }

  mutating func state(after operation: Int, in state: Int) -> Int? {
    switch kinds[operation] {
    case .empty: return states[state].isEmpty ? state : nil
    case .enqueue: return number(states[state] + [values[operation]])
    case .dequeue: return states[state].first == values[operation] ? number(Array(states[state].dropFirst())) : nil
    case .unknownDequeue: return states[state].isEmpty ? nil : number(Array(states[state].dropFirst()))
    }
  }

  private mutating func number(_ queue: [Token]) -> Int {
    if let known = numbers[queue] { return known }
    states.append(queue)
    numbers[queue] = states.count - 1
    return states.count - 1
  }

  func isOpaque(_ state: Int) -> Bool { false }
  func isHopeless(_ state: Int, hasPendingReads: Bool) -> Bool { false }
  var isDecided: Bool { dequeuesLeft == 0 }
  mutating func didCall(_ operation: Int) {}

  mutating func didReturn(_ operation: Int) {
    if kinds[operation] == .dequeue || kinds[operation] == .empty { dequeuesLeft -= 1 }
  }
}
