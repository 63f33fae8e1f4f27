import History

extension KeyCheck {
  func checkQueue(_ ops: [Op], _ result: inout KeyVerdict) {
    guard let queue = queueOps(ops, &result) else { return }
    result.engine = .queueOrder
    if let violation = QueueOrder.drainViolation(queue) {
      violated(violation.message, violation.operations.map { ops[$0] }, &result)
      return
    }
    if let (isLinearizable, violation) = QueueOrder.check(queue) {
      // What drains took in one order at a time when others acted, the test of pairs does not see as a whole.
      if isLinearizable, !queue.hasOpenDrains { return }
      // A dequeue without an answer may have taken what is missing; no other violation can be explained by it.
      if !isLinearizable, queue.unknownDequeues.isEmpty, let violation {
        violated(violation.message, violation.operations.map { ops[$0] }, &result)
        return
      }
    }
    result.engine = .queueSearch
    var search = FrontierSearch(QueueModel(queue), budget: budget)
    let answer = search.run()
    result.configurations = search.effort.peakConfigurations
    switch answer {
    case .linearizable: break
    case .exhausted(let what): exhausted(what, &result)
    case .violation(let source): violated("no order of the operations explains what came out", [ops[source]], &result)
    }
  }

  func checkDeliveries(_ ops: [Op], _ result: inout KeyVerdict) {
    guard let queue = queueOps(ops, &result) else { return }
    result.engine = .counting
    let count = DeliveryCount(queue)
    if let position = count.invented.first {
      violated("an element that was never enqueued", [ops[position]], &result)
    } else if let pair = count.early.first {
      violated("an element that came out before it was enqueued", [ops[pair.enqueue], ops[pair.dequeue]], &result)
    } else if !count.lost.isEmpty {
      violated("an acknowledged element never came out", count.lost.prefix(20).map { ops[$0] }, &result)
    }
  }

  private func queueOps(_ ops: [Op], _ result: inout KeyVerdict) -> QueueOps? {
    let queue = QueueOps(ops, symbols: history.symbols)
    guard !isUnsuitable(queue.unsuitable, &result) else { return nil }
    if let op = queue.unreadable {
      caveat(&result, op, "does not say which elements it took")
      return nil
    }
    _ = answerReading(ops, &result)
    return queue
  }
}
