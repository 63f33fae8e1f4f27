/// How long the store is observed without faults, and when it counts as steady.
public struct SteadyState: Sendable, Hashable {
  /// Traffic before the first fault.
  public var before: Duration
  /// Traffic after the last fault is healed and the store has recovered (or was given up on).
  public var after: Duration
  /// The hypothesis: what must hold before the faults, or the run strikes none and its verdict is unknown.
  public var hypothesis: Hypothesis

  public init(
    before: Duration = .seconds(10), after: Duration = .seconds(15), hypothesis: Hypothesis = Hypothesis()
  ) {
    self.before = before
    self.after = after
    self.hypothesis = hypothesis
  }

  public struct Hypothesis: Sendable, Hashable {
    /// Least share (0...1) of the operations that are answered with ok.
    public var availabilityMinimum: Double
    /// Greatest 99th percentile of the latency of answered operations; `nil`: not looked at.
    public var latencyP99Maximum: Duration?

    public init(availabilityMinimum: Double = 0.99, latencyP99Maximum: Duration? = nil) {
      self.availabilityMinimum = availabilityMinimum
      self.latencyP99Maximum = latencyP99Maximum
    }
  }
}
