import History

/// Decides in n log n whether a first-in-first-out queue is linearizable, when every element is enqueued once.
///
/// It is exactly when none of four things is there: an element dequeued that was not enqueued before; one dequeued
/// twice; an element that certainly was enqueued before another and is dequeued certainly after it or never; a dequeue
/// that found nothing while the queue certainly never was empty. Sources: Henzinger, Sezgin, Vafeiadis, Aspect-oriented
/// linearizability proofs, 2013; Lee, Mathur, Efficient decrease-and-conquer linearizability monitoring, 2024
/// (arXiv 2410.04581).
///
/// An enqueue of unknown outcome whose element was never dequeued is left out: never taking effect is legal. A dequeue
/// of unknown outcome may have taken any element, which this test does not try.
struct QueueOrder {
  struct Violation: Sendable, Hashable {
    /// Positions among the operations that were given.
    var operations: [Int]
    var message: String
  }

  /// - Returns: `nil` when the test does not apply: an element is enqueued twice.
  static func check(_ ops: QueueOps) -> (isLinearizable: Bool, violation: Violation?)? {
    var enqueueOf: [Token: Int] = [:]
    for (index, enqueue) in ops.enqueues.enumerated() where enqueueOf.updateValue(index, forKey: enqueue.value) != nil {
      return nil
    }
    var dequeueOf: [Int: QueueOps.Element] = [:]
    func violated(_ message: String, _ elements: QueueOps.Element...) -> (Bool, Violation?) {
      (false, Violation(operations: Array(Set(elements.map(\.source))).sorted(), message: message))
    }
    for dequeue in ops.dequeues {
      guard let index = enqueueOf[dequeue.value] else { return violated("an element that was never enqueued", dequeue) }
      if dequeue.ret < ops.enqueues[index].call {
        return violated("an element dequeued before it was enqueued", ops.enqueues[index], dequeue)
      }
      if let other = dequeueOf.updateValue(dequeue, forKey: index) {
        return violated("an element dequeued twice", other, dequeue)
      }
    }
    // Elements that matter, those dequeued or certainly enqueued, by the end of their enqueue.
    let present = ops.enqueues.indices.filter { ops.enqueues[$0].isCertain || dequeueOf[$0] != nil }
    let byEnd = present.sorted { ops.enqueues[$0].ret < ops.enqueues[$1].ret }
    let byCall = present.sorted { ops.enqueues[$0].call < ops.enqueues[$1].call }
    // Of all elements enqueued so far the one that stays longest: which is dequeued last, or never.
    var longest: (until: Int32, index: Int) = (-1, -1)
    var next = 0
    for later in byCall {
      while next < byEnd.count, ops.enqueues[byEnd[next]].ret < ops.enqueues[later].call {
        let until = dequeueOf[byEnd[next]]?.call ?? Op.never
        if until > longest.until { longest = (until, byEnd[next]) }
        next += 1
      }
      guard let dequeue = dequeueOf[later], longest.index >= 0, longest.until > dequeue.ret else { continue }
      let earlier = ops.enqueues[longest.index]
      guard let late = dequeueOf[longest.index] else {
        return violated("an element overtook another that never came out", earlier, ops.enqueues[later], dequeue)
      }
      return violated("two elements came out in the wrong order", earlier, ops.enqueues[later], dequeue, late)
    }
    return emptiness(ops, byEnd, dequeueOf).map { (false, $0) } ?? (true, nil)
  }

  /// A drain that took two elements against the order in which they certainly were enqueued; `nil`: none, or an element
  /// is enqueued twice.
  static func drainViolation(_ ops: QueueOps) -> Violation? {
    guard ops.drainCount > 0 else { return nil }
    var enqueueOf: [Token: QueueOps.Element] = [:]
    for enqueue in ops.enqueues where enqueueOf.updateValue(enqueue, forKey: enqueue.value) != nil { return nil }
    // Of what each drain has taken so far the element whose enqueue began last.
    var latest: [Int: QueueOps.Element] = [:]
    for dequeue in ops.dequeues {
      guard let enqueue = enqueueOf[dequeue.value] else { continue }
      if let other = latest[dequeue.source], enqueue.ret < other.call {
        return Violation(
          operations: Array(Set([enqueue.source, other.source, dequeue.source])).sorted(),
          message: "a drain took two elements in the wrong order")
      }
      if enqueue.call > latest[dequeue.source]?.call ?? -1 { latest[dequeue.source] = enqueue }
    }
    return nil
  }

  /// A dequeue that found nothing although some element certainly was there at every moment of it.
  private static func emptiness(
    _ ops: QueueOps, _ byEnd: [Int], _ dequeueOf: [Int: QueueOps.Element]
  ) -> Violation? {
    guard !ops.empties.isEmpty else { return nil }
    // Times during which the queue certainly holds something, as disjoint stretches.
    var stretches: [(start: Int32, end: Int32, elements: [Int])] = []
    for index in byEnd {
      let start = ops.enqueues[index].ret
      let end = dequeueOf[index]?.call ?? Op.never
      guard start < end else { continue }
      if let last = stretches.last, start < last.end {
        guard end > last.end else { continue }
        stretches[stretches.count - 1].end = end
        stretches[stretches.count - 1].elements.append(index)
      } else {
        stretches.append((start, end, [index]))
      }
    }
    for empty in ops.empties {
      let next = stretches.firstPosition { $0.start >= empty.call }
      guard next > 0, stretches[next - 1].end > empty.ret else { continue }
      let stretch = stretches[next - 1]
      // Only the elements whose own time touches the dequeue are needed to show it.
      let shown = stretch.elements.filter {
        ops.enqueues[$0].ret < empty.ret && (dequeueOf[$0]?.call ?? Op.never) > empty.call
      }
      var sources = [empty.source]
      for index in shown {
        sources.append(ops.enqueues[index].source)
        if let dequeue = dequeueOf[index] { sources.append(dequeue.source) }
      }
      return Violation(
        operations: Array(Set(sources)).sorted(), message: "a dequeue found nothing while the queue never was empty")
    }
    return nil
  }
}
