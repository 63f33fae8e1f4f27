/// A fault as a plan orders it: what, on whom, when and for how long.
public struct PlannedFault: Sendable, Hashable {
  public var action: FaultAction
  public var selector: Selector
  /// When it strikes, counted from the end of the steady state before.
  public var at: Duration
  /// How long it stays before it is healed.
  public var duration: Duration

  public init(action: FaultAction, selector: Selector, at: Duration, duration: Duration) {
    self.action = action
    self.selector = selector
    self.at = at
    self.duration = duration
  }

  /// The fault in a few words, as reports and histories name it: `kill redis master`.
  public var label: String {
    "\(action.kind.rawValue) \(selector.label)"
  }
}

/// What a fault does to its targets, and with what settings.
public enum FaultAction: Sendable, Hashable {
  /// Sends a signal (SIGKILL unless the plan says another); healed by starting the container again.
  case kill(signal: String)
  /// Stops gracefully, and kills after the time-out; healed by starting the container again.
  case stop(timeout: Duration)
  /// Freezes every process; healed by thawing.
  case pause

  public enum Kind: String, Sendable, Hashable, CaseIterable, Codable {
    case kill
    case stop
    case pause
  }

  public var kind: Kind {
    switch self {
    case .kill: .kill
    case .stop: .stop
    case .pause: .pause
    }
  }
}
