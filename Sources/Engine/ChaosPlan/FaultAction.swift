/// A fault's effect on its targets, with its settings.
public enum FaultAction: Sendable, Hashable {
  /// Sends a signal (SIGKILL unless the plan says another); healed by starting the container again.
  case kill(signal: String)
  /// Stops gracefully, and kills after the time-out; healed by starting the container again.
  case stop(timeout: Duration)
  /// Freezes every process; healed by thawing.
  case pause
  /// Stops and starts the targets one after another, each when the one before it is healthy again: a rolling restart.
  case restart(timeout: Duration)
  /// Kills and starts again, over and over, with this interval between one and the next.
  case crashLoop(interval: Duration)
  /// Disturbs the network; healed by removing the rules.
  case network(NetworkAction)
  /// Limits the targets to this many cores.
  case cpuLimit(cores: Double)
  /// Limits the targets to this much memory.
  case memoryLimit(bytes: Int)
  /// Deletes every key of a Redis master.
  case flush
  /// Makes a Redis replica the master.
  case failover
  /// Takes a RabbitMQ node's queue leaders and clients away.
  case drain
  /// Kills and empties the disk; healed by starting the container again.
  case wipe
  /// Sets the wall clock forward or back, and lets it gain (or lose) this fraction of each second from then on.
  case clock(offset: Duration, drift: Double)
  /// Lets no file grow.
  case diskFull
  /// Lets no file be changed.
  case readOnly
  /// Lets the processes open this many more file descriptors than they have.
  case fileLimit(spare: Int)

  /// Scales a tier to this many containers; healed by the old number.
  case scale(count: Int)
  /// Has a RabbitMQ node forgotten by its cluster; healed by joining it again.
  case forget
  /// Moves this many slots of a Redis master to another one; healed by moving them back.
  case moveSlots(count: Int)

  /// What `kill` may send.
  public static let signals = ["SIGKILL", "SIGTERM", "SIGINT", "SIGQUIT", "SIGABRT", "SIGSEGV", "SIGHUP"]

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
    case cpuLimit = "cpu-limit"
    case memoryLimit = "memory-limit"
    case flush
    case failover
    case drain
    case wipe
    case clock
    case diskFull = "disk-full"
    case readOnly = "read-only"
    case fileLimit = "file-limit"
    case scale
    case forget
    case moveSlots = "move-slots"
  }

  public var kind: Kind {
    switch self {
    case .kill: .kill
    case .stop: .stop
    case .pause: .pause
    case .restart: .restart
    case .crashLoop: .crashLoop
    case .network(let action): action.kind
    case .cpuLimit: .cpuLimit
    case .memoryLimit: .memoryLimit
    case .flush: .flush
    case .failover: .failover
    case .drain: .drain
    case .wipe: .wipe
    case .clock: .clock
    case .diskFull: .diskFull
    case .readOnly: .readOnly
    case .fileLimit: .fileLimit
    case .scale: .scale
    case .forget: .forget
    case .moveSlots: .moveSlots
    }
  }
}

extension FaultAction.Kind {
  /// Whether it is over by itself: a plan need not say how long it lasts.
  public var isMomentary: Bool {
    switch self {
    case .restart, .flush, .failover: true
    case .kill, .stop, .pause, .crashLoop, .cpuLimit, .memoryLimit, .drain, .wipe: false
    case .clock, .diskFull, .readOnly, .fileLimit, .scale, .forget, .moveSlots: false
    case .isolate, .partition, .loss, .reset, .latency, .bandwidth, .dnsFailure: false
    }
  }

  /// Whether all its targets are out of service at once, which must not happen to a majority of a tier unless the plan
  /// allows it.
  public var takesNodesDown: Bool {
    switch self {
    case .kill, .stop, .pause, .crashLoop, .isolate, .memoryLimit, .drain, .wipe: true
    case .diskFull, .readOnly, .fileLimit, .forget: true
    case .restart, .cpuLimit, .flush, .failover, .clock, .scale, .moveSlots: false
    case .partition, .loss, .reset, .latency, .bandwidth, .dnsFailure: false
    }
  }

  /// The tiers whose nodes it can strike.
  public var tiers: [Tier] {
    switch self {
    case .kill, .stop, .pause, .restart, .crashLoop, .cpuLimit, .memoryLimit: Tier.allCases
    case .isolate, .partition, .loss, .reset, .latency, .bandwidth, .dnsFailure: Tier.allCases
    case .flush, .failover, .moveSlots: [.redis]
    case .drain, .forget: [.rabbitmq]
    case .scale: [.api, .worker]
    case .wipe, .diskFull, .readOnly: [.redis, .rabbitmq, .sql]
    case .clock: [.api, .worker, .redis, .rabbitmq, .sql]
    case .fileLimit: Tier.allCases.filter { $0 != .worker }
    }
  }

  /// Why it cannot strike a tier, if that is not obvious; `nil` otherwise.
  func reason(against tier: Tier) -> String? {
    switch (self, tier) {
    case (.clock, .etcd): Self.unreachable("etcd")
    case (.fileLimit, .worker): "a worker accepts no connections, by which it could be measured"
    default: nil
    }
  }

  /// Whether it goes through the library that our own images preload into their servers.
  var needsPreload: Bool { [.clock, .diskFull, .readOnly].contains(self) }

  static func unreachable(_ program: String) -> String {
    "\(program) is a Go program, which asks the kernel without the C library, so that no preloaded library reaches it"
  }
}
