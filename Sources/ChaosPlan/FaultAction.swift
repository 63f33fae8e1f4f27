/// What a fault does to its targets, and with what settings.
public enum FaultAction: Sendable, Hashable {
  /// Sends a signal (SIGKILL unless the plan says another); healed by starting the container again.
  case kill(signal: String)
  /// Stops gracefully, and kills after the time-out; healed by starting the container again.
  case stop(timeout: Duration)
  /// Freezes every process; healed by thawing.
  case pause
  /// Stops and starts the targets one after another, each when the one before it is healthy again: a rolling restart.
  case restart(timeout: Duration)
  /// Kills and starts again, over and over, each start so long after the kill and each kill so long after the start.
  case crashLoop(interval: Duration)
  /// Harms the network; healed by taking away the rules that do.
  case network(NetworkAction)

  public enum Kind: String, Sendable, Hashable, CaseIterable, Codable {
    case kill
    case stop
    case pause
    case restart
    case crashLoop = "crash-loop"
    case isolate
    case partition
    case loss
    case reset
    case latency
    case bandwidth
    case dnsFailure = "dns-failure"
  }

  public var kind: Kind {
    switch self {
    case .kill: .kill
    case .stop: .stop
    case .pause: .pause
    case .restart: .restart
    case .crashLoop: .crashLoop
    case .network(let action): action.kind
    }
  }
}

extension FaultAction.Kind {
  /// Whether it is over by itself: a plan need not say how long it lasts.
  public var isMomentary: Bool {
    switch self {
    case .restart: true
    case .kill, .stop, .pause, .crashLoop: false
    case .isolate, .partition, .loss, .reset, .latency, .bandwidth, .dnsFailure: false
    }
  }

  /// Whether its targets are out of service all at once: what may not happen to a majority of a tier unless the plan says so.
  public var takesNodesDown: Bool {
    switch self {
    case .kill, .stop, .pause, .crashLoop, .isolate: true
    case .restart, .partition, .loss, .reset, .latency, .bandwidth, .dnsFailure: false
    }
  }

  /// The tiers whose nodes it can strike.
  public var tiers: [Tier] {
    switch self {
    case .kill, .stop, .pause, .restart, .crashLoop: Tier.allCases
    case .isolate, .partition, .loss, .reset, .latency, .bandwidth, .dnsFailure: Tier.allCases
    }
  }
}
