import History

/// Confirmed elements that never came out of a queue, those that came twice, and those that came out of order.
///
/// A client acknowledges an element only after it has received it, so a dequeue without an answer has removed nothing:
/// its element comes out again, or is lost.
enum QueueAudit {
  static func run(_ operations: [TimedOperation], sides: Int) -> AuditResult {
    var result = AuditResult(sides: sides)
    let enqueues = operations.filter { $0.function == "enqueue" }
    let known = Set(enqueues.filter { $0.outcome != .failed }.map(\.input))
    let confirmed = enqueues.filter(\.isAcknowledged)
    let dequeues = operations.filter { $0.function == "dequeue" && $0.isAcknowledged }
    for enqueue in confirmed { result.on(enqueue.side) { $0.acknowledged += 1 } }

    var firsts: [Value: TimedOperation] = [:]
    var duplicates = 0
    for dequeue in dequeues where dequeue.output != .null {
      if !known.contains(dequeue.output) { result.on(dequeue.side) { $0.invented += 1 } }
      if firsts[dequeue.output] == nil { firsts[dequeue.output] = dequeue } else { duplicates += 1 }
    }
    result.duplicates = duplicates
    result.outOfOrder = outOfOrder(confirmed, firsts)

    // Found empty after the last confirmation: from then on nothing is left.
    guard let drained = dequeues.last(where: { $0.isFinal && $0.output == .null }) else {
      result.notes.append("the queue was not found empty at the end")
      return result
    }
    let examined = confirmed.filter { $0.end < drained.call }
    for enqueue in examined { result.on(enqueue.side) { $0.examined += 1 } }
    for enqueue in examined where firsts[enqueue.input] == nil { result.on(enqueue.side) { $0.lost += 1 } }
    return result
  }

  /// Elements for which another one was certainly enqueued later and had certainly come out before.
  private static func outOfOrder(_ confirmed: [TimedOperation], _ firsts: [Value: TimedOperation]) -> Int {
    let pairs = confirmed.compactMap { enqueue in firsts[enqueue.input].map { (enqueue, $0) } }
    let later = EarliestEnd(pairs.map { ($0.0.call, $0.1.end) })
    return pairs.count { enqueue, dequeue in
      later.position(after: enqueue.end).map { pairs[$0].1.end < dequeue.call } ?? false
    }
  }
}
