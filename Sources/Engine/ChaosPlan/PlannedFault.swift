import Faults

/// A fault as defined in a plan: kind, targets, time and duration.
public struct PlannedFault: Sendable, Hashable {
  public var action: FaultAction
  public var selector: Selector
  /// When it strikes: counted from the end of the steady state before, in a sequence from the end of what is before it.
  public var at: Duration
  /// How long it stays before it is healed.
  public var duration: FaultDuration
  /// `nil`: it strikes once.
  public var every: Repetition?

  public init(
    action: FaultAction, selector: Selector, at: Duration = .zero, duration: FaultDuration, every: Repetition? = nil
  ) {
    self.action = action
    self.selector = selector
    self.at = at
    self.duration = duration
    self.every = every
  }

  /// The fault in a few words, as reports and histories name it: `kill redis master`.
  public var label: String {
    "\(action.definition.name) \(selector.label)"
  }
}

/// How often something happens again.
public struct Repetition: Sendable, Hashable {
  /// From one beginning to the next.
  public var interval: Duration
  /// Each beginning is moved by a time drawn evenly from -jitter...jitter.
  public var jitter: Duration = .zero
  /// At least 1.
  public var times: Int
}
