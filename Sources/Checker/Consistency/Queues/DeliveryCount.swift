import History

/// The counting check of a queue that promises no order: nothing invented, nothing lost once it is drained.
struct DeliveryCount {
  private(set) var invented: [Int] = []
  private(set) var early: [(enqueue: Int, dequeue: Int)] = []
  private(set) var duplicates: [(first: Int, second: Int)] = []
  /// Acknowledged enqueues whose element never came out, though a dequeue found the queue empty after them.
  private(set) var lost: [Int] = []
  /// Acknowledged enqueues that may still be in the queue.
  private(set) var left = 0

  init(_ ops: QueueOps) {
    var enqueued: [Token: [QueueOps.Element]] = [:]
    for enqueue in ops.enqueues { enqueued[enqueue.value, default: []].append(enqueue) }
    var taken: [Token: [QueueOps.Element]] = [:]
    for dequeue in ops.dequeues {
      guard let writers = enqueued[dequeue.value] else {
        invented.append(dequeue.source)
        continue
      }
      if let first = writers.min(by: { $0.call < $1.call }), first.call > dequeue.ret {
        early.append((first.source, dequeue.source))
      }
      if let others = taken[dequeue.value], others.count >= writers.count, let other = others.last {
        duplicates.append((other.source, dequeue.source))
      }
      taken[dequeue.value, default: []].append(dequeue)
    }
    let lastEmpty = ops.empties.map(\.call).max() ?? -1
    let unknown = ops.unknownDequeues.count
    var missing: [Int] = []
    for (value, writers) in enqueued {
      // Elements that are equal are told apart by their number alone.
      let certain = writers.filter(\.isCertain)
      let due = certain.filter { $0.ret < lastEmpty }
      let lacking = max(0, due.count - (taken[value]?.count ?? 0))
      missing += due.suffix(lacking).map(\.source)
      left += max(0, certain.count - (taken[value]?.count ?? 0)) - lacking
    }
    missing.sort()
    // Each dequeue without an answer may have taken one.
    if missing.count > unknown { lost = missing } else { left += missing.count }
  }
}
