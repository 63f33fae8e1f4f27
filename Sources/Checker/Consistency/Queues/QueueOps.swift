import History

/// A queue's operations in the form that its engines share.
///
/// A drain counts as one dequeue for each element it took, one after the other, and a last one that found nothing.
struct QueueOps {
  struct Element: Sendable {
    var value: Token
    var call: Int32
    /// `Op.never` for an outcome that is unknown.
    var ret: Int32
    var source: Int
    var isCertain: Bool
    /// The drain that it is a part of, by number; -1: none. And its place there.
    var drain: Int32 = -1
    var place: Int32 = 0
  }

  private(set) var enqueues: [Element] = []
  private(set) var dequeues: [Element] = []
  /// Dequeues that found nothing.
  private(set) var empties: [Element] = []
  /// Dequeues of unknown outcome: each may have taken any one element.
  private(set) var unknownDequeues: [Element] = []
  private(set) var unsuitable: Op?
  /// A drain that was answered, but with no list.
  private(set) var unreadable: Op?
  private(set) var drainCount = 0
  /// Whether other operations began or ended during a drain of several steps, so that its order is more than that of
  /// time.
  private(set) var hasOpenDrains = false

  init(_ ops: [Op], symbols: borrowing Symbols) {
    for (position, op) in ops.enumerated() where op.outcome != .failed && op.action != .audit {
      let certain = op.outcome == .ok
      var element = Element(
        value: op.input, call: op.call, ret: certain ? op.ret : Op.never, source: position, isCertain: certain)
      switch op.action {
      case .enqueue: enqueues.append(element)
      case .dequeue:
        element.value = op.output
        if !certain {
          unknownDequeues.append(element)
        } else if op.output.isNull {
          empties.append(element)
        } else {
          dequeues.append(element)
        }
      case .drain:
        guard certain else {
          unsuitable = unsuitable ?? op
          continue
        }
        guard let taken = symbols.elements(op.output) else {
          unreadable = unreadable ?? op
          continue
        }
        element.drain = Int32(drainCount)
        drainCount += 1
        for value in taken {
          element.value = value
          dequeues.append(element)
          element.place += 1
        }
        element.value = .null
        empties.append(element)
      default: unsuitable = unsuitable ?? op
      }
    }
    if drainCount > 0 { sequence() }
  }

  /// Gives the steps of a drain during which nothing else began or ended moments of their own, one after the other. No
  /// order of the operations is lost by that.
  private mutating func sequence() {
    var steps = [Int32](repeating: 0, count: drainCount)
    var spans = [(call: Int32, ret: Int32)](repeating: (0, 0), count: drainCount)
    for empty in empties where empty.drain >= 0 {
      steps[Int(empty.drain)] = empty.place + 1
      spans[Int(empty.drain)] = (empty.call, empty.ret)
    }
    var bounds: Set<Int32> = []
    for element in enqueues + dequeues + empties + unknownDequeues {
      bounds.insert(element.call)
      if element.ret != Op.never { bounds.insert(element.ret) }
    }
    let sorted = bounds.sorted()
    let drainAt = Dictionary(spans.enumerated().map { ($1.call, $0) }) { first, _ in first }
    // By drain: the first of the moments of its steps; -1 for one that is not alone.
    var firstMoment = [Int32](repeating: -1, count: drainCount)
    var moved: [Int32: Int32] = [:]
    var next: Int32 = 0
    for (index, bound) in sorted.enumerated() {
      moved[bound] = next
      next += 1
      guard let drain = drainAt[bound] else { continue }
      guard index + 1 < sorted.count, sorted[index + 1] == spans[drain].ret else {
        hasOpenDrains = hasOpenDrains || steps[drain] > 1
        continue
      }
      firstMoment[drain] = next
      next += 2 * steps[drain]
    }
    func move(_ elements: inout [Element]) {
      for position in elements.indices {
        let element = elements[position]
        if element.drain >= 0, firstMoment[Int(element.drain)] >= 0 {
          elements[position].call = firstMoment[Int(element.drain)] + 2 * element.place
          elements[position].ret = elements[position].call + 1
          elements[position].drain = -1
        } else {
          elements[position].call = moved[element.call] ?? element.call
          elements[position].ret = element.ret == Op.never ? Op.never : moved[element.ret] ?? element.ret
        }
      }
    }
    move(&enqueues)
    move(&dequeues)
    move(&empties)
    move(&unknownDequeues)
  }
}
