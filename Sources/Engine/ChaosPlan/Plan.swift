/// What one run does: the stack it needs, the traffic, the faults and what is expected of the store meanwhile.
///
/// A plan is a value; `PlanParser` reads one from YAML and is the only place that knows the words of the file.
public struct Plan: Sendable, Hashable {
  /// The plan's name: lower-case words joined by hyphens. It names the folder of the results, too.
  public var name: String
  /// The question that the plan asks, in a sentence.
  public var description: String
  public var stack = StackSettings()
  public var workload: WorkloadSettings
  public var steadyState = SteadyState()
  /// In the order of the file. Empty: a run without faults, which shows the alarms of none.
  public var faults: [FaultStep]
  public var safety = SafetySettings()
  public var expect = Expectations()
  /// The seed of traffic and of every random choice; `nil`: drawn at the start, and printed.
  public var seed: UInt64?
  /// What the plan was read for.
  public var target = PlanTarget()
}
