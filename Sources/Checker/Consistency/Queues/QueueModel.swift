import History

/// A first-in-first-out queue for the frontier search: where elements are enqueued more than once, dequeues have
/// unknown outcomes, or drains are not alone.
struct QueueModel: FrontierModel {
  private enum Kind { case enqueue, dequeue, empty, unknownDequeue }

  private(set) var operations: [FrontierOperation] = []
  private var kinds: [Kind] = []
  private var values: [Token] = []
  /// What is in the queue, and how far each drain has come.
  private struct State: Hashable {
    var queue: [Token] = []
    var drains: [Int32]
  }

  /// By operation: the drain that it is a step of, and which step; -1: none.
  private var drains: [Int32] = []
  private var places: [Int32] = []
  private var states: StateTable<State>
  private var dequeuesLeft = 0

  init(_ ops: QueueOps) {
    var all: [(element: QueueOps.Element, kind: Kind)] = []
    // One of unknown outcome that no dequeue took need not have happened.
    let taken = Set(ops.dequeues.map(\.value))
    all += ops.enqueues.filter { $0.isCertain || taken.contains($0.value) }.map { ($0, .enqueue) }
    all += ops.dequeues.map { ($0, .dequeue) }
    all += ops.empties.map { ($0, .empty) }
    all += ops.unknownDequeues.map { ($0, .unknownDequeue) }
    all.sort { ($0.element.call, $0.element.place) < ($1.element.call, $1.element.place) }
    states = StateTable(initial: State(drains: ops.hasOpenDrains ? Array(repeating: 0, count: ops.drainCount) : []))
    var effects: [Token: Int32] = [:]
    // Steps of drains are like nothing else.
    var ownEffect = Int32(all.count * 4)
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
      let drain = ops.hasOpenDrains ? element.drain : -1
      if drain >= 0 { ownEffect += 1 }
      drains.append(drain)
      places.append(element.place)
      kinds.append(kind)
      values.append(token)
      dequeuesLeft += kind == .dequeue || kind == .empty ? 1 : 0
      operations.append(
        FrontierOperation(
          isReadOnly: kind == .empty, isBlind: false, isTotal: kind == .enqueue, isCertain: element.isCertain,
          call: element.call, ret: element.ret, effect: drain >= 0 ? ownEffect : base + offset,
          source: Int32(element.source)))
    }
  }

  mutating func state(after operation: Int, in state: Int) -> Int? {
    let (drain, before) = (Int(drains[operation]), states[state])
    if drain >= 0, before.drains[drain] != places[operation] { return nil }
    var after = before
    switch kinds[operation] {
    case .empty: return before.queue.isEmpty ? state : nil
    case .enqueue: after.queue.append(values[operation])
    case .dequeue:
      guard before.queue.first == values[operation] else { return nil }
      after.queue.removeFirst()
      if drain >= 0 { after.drains[drain] += 1 }
    case .unknownDequeue:
      guard !before.queue.isEmpty else { return nil }
      after.queue.removeFirst()
    }
    return states.number(of: after)
  }

  var isDecided: Bool { dequeuesLeft == 0 }

  mutating func didReturn(_ operation: Int) {
    if kinds[operation] == .dequeue || kinds[operation] == .empty { dequeuesLeft -= 1 }
  }
}
