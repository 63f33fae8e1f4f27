import History

/// Decides whether a set that is added to and read as a whole is linearizable, in time linear in what was read.
///
/// Such a set only grows, so the reads must form a chain by inclusion, which fixes everything: first the elements of
/// the smallest read, then that read, then what the next one has more, and so on. What remains is to see that no
/// operation of a later stage ends before one of an earlier stage begins. Source: the set case of Lee and Mathur, 2024,
/// in the simpler form that reads of the whole set allow.
struct SetChain {
  struct Violation: Sendable, Hashable {
    var operations: [Int]
    var message: String
  }

  fileprivate struct Interval {
    var call: Int32
    var ret: Int32
    var source: Int
  }

  /// A read of the whole set that was answered with a list.
  struct Read {
    var elements: Set<Token>
    /// Whether the list has an element twice.
    var hasRepetition: Bool
    fileprivate var interval: Interval

    /// Its position among the operations.
    var position: Int { interval.source }
  }

  /// The reads among `ops`, in their order.
  static func reads(_ ops: [Op], symbols: borrowing Symbols) -> [Read] {
    var reads: [Read] = []
    for (position, op) in ops.enumerated() where op.action == .read && op.outcome == .ok {
      guard let list = symbols.elements(op.output) else { continue }
      let elements = Set(list)
      // A cache may show what was there at any earlier moment.
      let interval = Interval(call: op.level.isStrong ? op.call : -1, ret: op.ret, source: position)
      reads.append(Read(elements: elements, hasRepetition: elements.count < list.count, interval: interval))
    }
    return reads
  }

  /// A cached read may show the set of any earlier moment, so nothing but its end binds it. A queued add takes effect
  /// at any time after its invocation.
  ///
  /// - Parameters:
  ///   - ops: adds and reads; adds of one element may come more than once.
  ///   - reads: those of `ops`.
  /// - Returns: `nil` when it is linearizable.
  static func violation(_ ops: [Op], reads: [Read]) -> Violation? {
    var adds: [Token: [Interval]] = [:]
    for (position, op) in ops.enumerated() where op.outcome != .failed && op.action == .add {
      let isCertain = op.outcome == .ok && op.level != .queued
      let interval = Interval(call: op.call, ret: isCertain ? op.ret : Op.never, source: position)
      adds[op.input, default: []].append(interval)
    }
    let reads = reads.sorted { $0.elements.count < $1.elements.count }
    for index in reads.indices.dropFirst() where !reads[index - 1].elements.isSubset(of: reads[index].elements) {
      return Violation(
        operations: [reads[index - 1].interval.source, reads[index].interval.source].sorted(),
        message: "two reads that each saw an element the other did not")
    }
    // The latest invocation of any operation that has to be before the stage at hand.
    var latest = Interval(call: -1, ret: -1, source: -1)
    func pass(_ interval: Interval, _ message: String) -> Violation? {
      if interval.ret < latest.call {
        return Violation(operations: [latest.source, interval.source].sorted(), message: message)
      }
      return nil
    }
    /// Of several adds that ended too early the first in the history counts, so that it has the same core each time.
    func passAdds(of elements: some Sequence<Token>) -> Violation? {
      var first: Interval?
      for element in elements {
        for add in adds[element] ?? [] where add.ret < latest.call && add.source < first?.source ?? Int.max {
          first = add
        }
      }
      return first.flatMap { pass($0, "an element missing from a read that began after it was added") }
    }
    func raise(_ interval: Interval) { if interval.call > latest.call { latest = interval } }
    var present: Set<Token> = []
    var index = 0
    while index < reads.count {
      var end = index
      while end < reads.count, reads[end].elements.count == reads[index].elements.count { end += 1 }
      let fresh = reads[index].elements.subtracting(present)
      // Adds of this stage come after the reads of the stage before.
      guard fresh.allSatisfy({ adds[$0] != nil }) else {
        return Violation(operations: [reads[index].interval.source], message: "an element that was never added")
      }
      if let violation = passAdds(of: fresh) { return violation }
      // The first add of an element is the one that counts; later ones change nothing.
      for element in fresh {
        if let first = adds[element]?.min(by: { $0.call < $1.call }) { raise(first) }
      }
      for read in reads[index..<end] {
        if let violation = pass(
          read.interval, "a read that saw an element before it was added, or not what came before")
        {
          return violation
        }
      }
      for read in reads[index..<end] { raise(read.interval) }
      present.formUnion(fresh)
      index = end
    }
    return passAdds(of: adds.keys.filter { !present.contains($0) })
  }
}
