import History

/// A queue's operations in the form that its engines share. A drain counts as one dequeue for each element it took.
struct QueueOps {
  struct Element: Sendable {
    var value: Token
    var call: Int32
    /// `Op.never` for an outcome that is unknown.
    var ret: Int32
    var source: Int
    var isCertain: Bool
  }

  private(set) var enqueues: [Element] = []
  private(set) var dequeues: [Element] = []
  /// Dequeues that found nothing.
  private(set) var empties: [Element] = []
  /// Dequeues of unknown outcome: each may have taken any one element.
  private(set) var unknownDequeues: [Element] = []
  private(set) var unsuitable: Op?

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
        guard certain, let taken = symbols.elements(op.output) else {
          if !certain { unsuitable = unsuitable ?? op }
          continue
        }
        for value in taken {
          element.value = value
          dequeues.append(element)
        }
      default: unsuitable = unsuitable ?? op
      }
    }
  }
}
