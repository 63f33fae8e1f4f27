import History

/// Invocations and completions of some operations in one sequence, each certain operation with a slot of its own while
/// it is open. Slots are used again, so their number is that of the operations open at once.
struct EventSequence {
  enum Step: Sendable {
    case call(Int32)
    case ret(Int32)
  }

  struct Interval {
    var call: Int32
    var ret: Int32
    var isCertain: Bool
  }

  private(set) var steps: [Step] = []
  /// -1 for an operation without an end.
  private(set) var slots: [Int32]
  private(set) var slotCount = 0

  /// - Parameter intervals: in the order of their invocations.
  init(_ intervals: [Interval]) {
    let returning = intervals.indices.filter { intervals[$0].isCertain }
      .sorted { intervals[$0].ret < intervals[$1].ret }
    slots = Array(repeating: -1, count: intervals.count)
    var free: [Int32] = []
    var next = 0
    steps.reserveCapacity(intervals.count + returning.count)
    for (index, interval) in intervals.enumerated() {
      while next < returning.count, intervals[returning[next]].ret < interval.call {
        free.append(slots[returning[next]])
        steps.append(.ret(Int32(returning[next])))
        next += 1
      }
      steps.append(.call(Int32(index)))
      guard interval.isCertain else { continue }
      if let slot = free.popLast() {
        slots[index] = slot
      } else {
        slots[index] = Int32(slotCount)
        slotCount += 1
      }
    }
    for index in returning[next...] { steps.append(.ret(Int32(index))) }
  }
}
