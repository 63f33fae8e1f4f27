/// The name of a way to fail: the word in plans, ledgers and reports.
///
/// Not an enumeration: the ledger must be able to hold, and name, a kind that this build does not know.
public struct FaultKind: RawRepresentable, Sendable, Hashable, Codable, CustomStringConvertible {
  public var rawValue: String

  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  /// `SIGKILL`; healed by starting the container.
  public static let kill = FaultKind(rawValue: "kill")
  /// A graceful stop; healed by starting the container.
  public static let stop = FaultKind(rawValue: "stop")
  /// Frozen by the cgroup freezer: its connections stay open and nothing answers; healed by thawing.
  public static let pause = FaultKind(rawValue: "pause")
  /// Stopped and started again, one node after another: a rolling restart.
  public static let restart = FaultKind(rawValue: "restart")
  /// Killed and started again, over and over.
  public static let crashLoop = FaultKind(rawValue: "crash-loop")
  /// Starved of processor time.
  public static let cpuLimit = FaultKind(rawValue: "cpu-limit")
  /// Starved of memory.
  public static let memoryLimit = FaultKind(rawValue: "memory-limit")
  /// A cache that has forgotten everything.
  public static let flush = FaultKind(rawValue: "flush")
  /// A Redis replica made master by command.
  public static let failover = FaultKind(rawValue: "failover")
  /// A RabbitMQ node in maintenance: it leads no queue and has no clients.
  public static let drain = FaultKind(rawValue: "drain")
  /// Killed, and its disk emptied.
  public static let wipe = FaultKind(rawValue: "wipe")
  /// A wall clock that jumps or drifts.
  public static let clock = FaultKind(rawValue: "clock")
  /// A disk on which nothing grows any more.
  public static let diskFull = FaultKind(rawValue: "disk-full")
  /// A disk on which nothing can be changed.
  public static let readOnly = FaultKind(rawValue: "read-only")
  /// File descriptors used up.
  public static let fileLimit = FaultKind(rawValue: "file-limit")

  /// A tier with another number of containers.
  public static let scale = FaultKind(rawValue: "scale")
  /// A RabbitMQ node that its cluster has forgotten.
  public static let forget = FaultKind(rawValue: "forget")
  /// Slots of a Redis master that another one has.
  public static let moveSlots = FaultKind(rawValue: "move-slots")

  /// Settings of a running Redis node.
  public static let redisSetting = FaultKind(rawValue: "redis-setting")

  /// No packet gets through between the target and its peers.
  public static let isolate = FaultKind(rawValue: "isolate")
  /// No packet gets through between sides of a tier.
  public static let partition = FaultKind(rawValue: "partition")
  /// A share of the packets is lost.
  public static let loss = FaultKind(rawValue: "loss")
  /// TCP connections are reset.
  public static let reset = FaultKind(rawValue: "reset")
  /// Packets are late.
  public static let latency = FaultKind(rawValue: "latency")
  /// At most this many bits a second.
  public static let bandwidth = FaultKind(rawValue: "bandwidth")
  /// The name server does not answer.
  public static let dnsFailure = FaultKind(rawValue: "dns-failure")

  /// The kinds that `NetworkFault` does.
  public static let network: [FaultKind] = [
    .isolate, .partition, .loss, .reset, .latency, .bandwidth, .dnsFailure,
  ]

  public var description: String { rawValue }

  public init(from decoder: any Decoder) throws {
    rawValue = try decoder.singleValueContainer().decode(String.self)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(rawValue)
  }
}
