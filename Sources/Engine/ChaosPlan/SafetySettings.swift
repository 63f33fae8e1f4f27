/// The limits of a run, and the conditions to stop it.
public struct SafetySettings: Sendable, Hashable {
  /// Whether a fault may take down a majority of a tier's nodes; else it is refused.
  public var allowMajorityLoss: Bool
  /// How long faults may go on, counted from the end of the steady state before; then everything is healed.
  public var limit: Duration
  /// `nil`: nothing ends the faults early.
  public var stopWhen: StopCondition?

  public init(
    allowMajorityLoss: Bool = false, limit: Duration = .seconds(1_800), stopWhen: StopCondition? = nil
  ) {
    self.allowMajorityLoss = allowMajorityLoss
    self.limit = limit
    self.stopWhen = stopWhen
  }
}

/// The condition that ends the faults at once, checked all the time: everything is healed, and the run continues to its
/// verdict. Either part suffices.
public struct StopCondition: Sendable, Hashable {
  /// Stop when less than this share (0...1) of the operations that ended within `window` was answered with ok.
  public var availabilityMinimum: Double?
  public var window: Duration = .seconds(10)
  /// Stop when no client was served for this time.
  public var unservedMaximum: Duration?
}
