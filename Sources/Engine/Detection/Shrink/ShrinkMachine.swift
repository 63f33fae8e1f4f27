import ChaosPlan

/// Finds a smaller plan that still violates what a larger one violated, by asking for one trial after another. Pure:
/// the shell runs the trials and reports the results.
///
/// First the faults are reduced by delta debugging (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing
/// Input", 2002, the algorithm ddmin): what is left is 1-minimal: without any one of its faults, the violation is gone.
/// Then the clients are halved, then the times, as long as the plan still violates. Nothing is tried twice.
public struct ShrinkMachine: Sendable {
  private enum Stage: Sendable, Hashable {
    case withoutFaults
    case faults(Reduction)
    case clients
    case time
    case done
  }

  /// Where ddmin is: chunk `next` of `granularity`, alone or all others.
  private struct Reduction: Sendable, Hashable {
    var granularity = 2
    var isComplement = false
    var next = 0
  }

  private static let timePercentMinimum = 25

  /// The smallest that was seen to violate; the whole plan at first.
  public private(set) var best: PlanEditor.Cut
  private var stage: Stage
  private var known: [PlanEditor.Cut: Bool] = [:]
  private var asked: PlanEditor.Cut?

  /// - Parameter whole: the plan that violated.
  public init(whole: PlanEditor.Cut) {
    best = whole
    known[whole] = true
    stage = whole.faults.isEmpty ? .clients : .withoutFaults
  }

  /// What to try now; `nil` when `best` is the answer. Ask again only after `record`.
  public mutating func next() -> PlanEditor.Cut? {
    precondition(asked == nil, "a trial was asked for before the last one was recorded")
    while stage != .done {
      let candidate = candidate()
      if let candidate, known[candidate] == nil {
        asked = candidate
        return candidate
      }
      advance(isViolated: candidate.map { known[$0] == true } ?? false, candidate)
    }
    return nil
  }

  /// What the trial showed.
  public mutating func record(isViolated: Bool) {
    guard let candidate = asked else { fatalError("a trial was recorded that was not requested") }
    asked = nil
    known[candidate] = isViolated
    advance(isViolated: isViolated, candidate)
  }

  private func candidate() -> PlanEditor.Cut? {
    var cut = best
    switch stage {
    case .withoutFaults: cut.faults = []
    case .faults(let reduction):
      let chunk = Self.chunk(best.faults, reduction.next, of: reduction.granularity)
      cut.faults = reduction.isComplement ? best.faults.filter { !chunk.contains($0) } : chunk
      // A chunk with everything, or with nothing, is not a smaller plan.
      if cut.faults.isEmpty || cut.faults.count == best.faults.count { return nil }
    case .clients:
      cut.clients = best.clients / 2
      if cut.clients < 1 { return nil }
    case .time:
      cut.timePercent = best.timePercent / 2
      if cut.timePercent < Self.timePercentMinimum { return nil }
    case .done: return nil
    }
    return cut
  }

  /// `index` of `count` parts that are as equal as they can be.
  static func chunk(_ faults: [Int], _ index: Int, of count: Int) -> [Int] {
    Array(faults[(faults.count * index / count)..<(faults.count * (index + 1) / count)])
  }

  private mutating func advance(isViolated: Bool, _ candidate: PlanEditor.Cut?) {
    if isViolated, let candidate { best = candidate }
    switch stage {
    case .withoutFaults:
      stage = isViolated || best.faults.count < 2 ? .clients : .faults(Reduction())
    case .faults(let reduction):
      stage = following(reduction, isViolated: isViolated)
    case .clients:
      if !isViolated { stage = .time }
    case .time:
      if !isViolated { stage = .done }
    case .done: break
    }
  }

  private func following(_ reduction: Reduction, isViolated: Bool) -> Stage {
    if isViolated {
      // With a chunk everything starts again; of a complement one part less is left to look at.
      let granularity = reduction.isComplement ? max(reduction.granularity - 1, 2) : 2
      return best.faults.count < 2 ? .clients : .faults(Reduction(granularity: granularity))
    }
    var reduction = reduction
    reduction.next += 1
    if reduction.next < reduction.granularity { return .faults(reduction) }
    reduction.next = 0
    if !reduction.isComplement {
      reduction.isComplement = true
      return .faults(reduction)
    }
    guard reduction.granularity < best.faults.count else { return .clients }
    return .faults(Reduction(granularity: min(reduction.granularity * 2, best.faults.count)))
  }
}
