extension CapCell {
  /// The outcomes of the requests, second by second, for the picture.
  ///
  /// Seconds are counted from the strike, so that one begins with it; incomplete seconds at the beginning and the end
  /// are left out.
  public struct Course: Sendable, Hashable, Codable {
    /// The requests of one side, an entry a second.
    public struct Side: Sendable, Hashable, Codable {
      /// Answered in that second: ok, or refused by a tier that works, as `answeredShare` has it.
      public var answered: [Int]
      /// Refused in that second as certainly not done.
      public var refused: [Int]
      /// Given up in that second, or open throughout it: a request that hangs for three seconds counts in each of them.
      public var unanswered: [Int]
    }

    /// The beginning of the first second, from the strike; from the start of the clock if the fault did not strike.
    public var firstSecond: Int
    /// In the order of the cell's sides.
    public var sides: [Side]
  }
}

extension CapCell.Course {
  /// - Returns: `nil` where no whole second had traffic.
  init?(_ operations: [TimedOperation], sides count: Int, struckAt: Double?, endedAt: Double) {
    let origin = struckAt ?? 0
    let traffic = operations.filter { !$0.isFinal && $0.side != nil && $0.calledAt <= endedAt }
    guard let begin = traffic.map(\.calledAt).min() else { return nil }
    let first = Int((begin - origin).rounded(.up))
    let end = Int((endedAt - origin).rounded(.down))
    guard end > first else { return nil }
    let none = [Int](repeating: 0, count: end - first)
    firstSecond = first
    sides = [Side](repeating: Side(answered: none, refused: none, unanswered: none), count: count)
    for operation in traffic {
      guard let side = operation.side else { continue }
      let called = Int((operation.calledAt - origin).rounded(.up))
      let ended = Int((min(operation.endedAt, endedAt) - origin).rounded(.down))
      for second in called..<max(called, ended) where second < end { sides[side].unanswered[second - first] += 1 }
      // What had no end by then was open in all of its seconds, and is counted.
      guard operation.endedAt <= endedAt, ended >= first, ended < end else { continue }
      if operation.isAnswered {
        sides[side].answered[ended - first] += 1
      } else if operation.outcome == .failed {
        sides[side].refused[ended - first] += 1
      } else {
        sides[side].unanswered[ended - first] += 1
      }
    }
  }

  /// How many seconds there are.
  var seconds: Int { sides.first?.answered.count ?? 0 }

  /// Whether it can be drawn for this number of sides. A file may hold anything.
  func fits(sides count: Int) -> Bool {
    let limit = 1_000_000
    return sides.count == count && seconds > 0 && (-limit...limit).contains(firstSecond)
      && sides.allSatisfy { side in
        [side.answered, side.refused, side.unanswered].allSatisfy { counts in
          counts.count == seconds && counts.allSatisfy { (0...limit).contains($0) }
        }
      }
  }
}
