/// Which runs a detection still needs. Pure: computed from what is wanted and what exists.
public struct DetectionSchedule: Sendable, Hashable {
  /// A run to be done.
  public struct Step: Sendable, Hashable {
    /// `nil`: without a bug.
    public var bug: String?
    /// The plan's name.
    public var plan: String

    public init(bug: String?, plan: String) {
      self.bug = bug
      self.plan = plan
    }
  }

  /// The bugs to run; their plans have the same names.
  public var bugs: [String]
  /// Runs of each.
  public var runs: Int
  /// Runs without a bug, under the plans of `bugs` in turn: a plan that cries wolf by itself proves nothing.
  public var runsWithoutBug: Int

  public init(bugs: [String], runs: Int, runsWithoutBug: Int) {
    self.bugs = bugs
    self.runs = runs
    self.runsWithoutBug = runsWithoutBug
  }

  /// The steps that `record` lacks: bug by bug, because another bug costs a restart of the services, and at the end
  /// those without, the plans with the fewest such runs first.
  public func remaining(after record: DetectionRecord) -> [Step] {
    var steps: [Step] = []
    for bug in bugs {
      let missing = runs - record.runs(of: bug).count
      steps += (0..<max(missing, 0)).map { _ in Step(bug: bug, plan: bug) }
    }
    let done = record.runs(of: nil).filter { bugs.contains($0.plan) }
    var counts = bugs.map { bug in done.count { $0.plan == bug } }
    for _ in 0..<max(runsWithoutBug - done.count, 0) {
      guard let fewest = counts.min(), let index = counts.firstIndex(of: fewest) else { break }
      counts[index] += 1
      steps.append(Step(bug: nil, plan: bugs[index]))
    }
    return steps
  }
}
