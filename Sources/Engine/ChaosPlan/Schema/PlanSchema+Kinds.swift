/// What each kind of fault does, and the words of its own.
extension PlanSchema {
  static func meaning(of kind: FaultAction.Kind) -> String {
    switch kind {
    case .kill: "SIGKILL, or another signal; healed by starting the container."
    case .stop: "A graceful stop; healed by starting the container."
    case .pause: "Every process frozen."
    case .restart: "A rolling restart: one node after another; over by itself."
    case .crashLoop: "Killed and started, over and over."
    case .isolate: "No packet gets through; published ports still answer."
    case .partition: "Sides of a tier that do not reach each other."
    case .loss: "This percentage of packets is lost."
    case .reset: "TCP connections are reset."
    case .latency: "Outgoing packets are delayed; their order stays."
    case .bandwidth: "Outgoing traffic is limited to this rate."
    case .dnsFailure: "The name server does not answer."
    case .cpuLimit: "At most this many cores."
    case .memoryLimit: "At most this much memory."
    case .flush: "A Redis master's keys are deleted; over by itself."
    case .failover: "A Redis replica is made master by command; over by itself."
    case .drain: "A RabbitMQ node in maintenance: it leads no queue and has no clients."
    case .wipe: "Killed, and its disk emptied."
    case .clock: "The wall clock is set, or runs fast or slow; monotonic clocks are not affected."
    case .diskFull: "No file of the data grows; on RabbitMQ its own alarm."
    case .readOnly: "Nothing of the data can be changed."
    case .fileLimit: "File descriptors used up."
    case .scale: "The tier has another number of containers."
    case .forget: "A RabbitMQ node is forgotten by its cluster; healed by joining it again with nothing."
    case .moveSlots: "Slots of a Redis master move to another one."
    }
  }

  static func words(of kind: FaultAction.Kind) -> [Word] {
    let percent = { (least: Int, most: Int) in integer("A percentage.", from: least, to: most) }
    let peers = Word.optional(
      "peers", .fields(["description": "The peers whose traffic is affected.", "enum": .texts(NetworkPeers.words)]))
    let direction = Word.optional(
      "direction", choice("Which packets are affected, as seen from the target.", NetworkDirection.self))
    switch kind {
    case .kill:
      return [.optional("signal", .fields(["enum": .texts(FaultAction.signals)]))]
    case .stop, .restart:
      return [.optional("timeout", reference("duration", "Then it is killed."))]
    case .crashLoop:
      return [
        .optional("interval", reference("duration", "From a kill to the start, and from the start to the next kill."))
      ]
    case .isolate:
      return [peers, direction]
    case .partition:
      return [
        .required("shape", choice("How the tier is divided.", PartitionShape.self)),
        .optional("minority", choice("Nodes with this role go to the smaller side first.", Role.self)),
        .optional(
          "with",
          .fields([
            "type": "array", "description": "Tiers that are divided too; each node reaches only its own side.",
            "minItems": .number(1), "items": .fields(["enum": .texts(Tier.allCases.map(\.rawValue))]),
          ])),
      ]
    case .loss: return [.required("percent", percent(1, 99)), peers, direction]
    case .reset: return [.optional("percent", percent(1, 100)), peers]
    case .latency:
      return [.required("delay", reference("duration")), .optional("jitter", reference("duration")), peers]
    case .bandwidth:
      return [.required("rate", pattern("Bits a second, like `256kbit/s`.", "^\(number)(kbit|mbit)/s$")), peers]
    case .cpuLimit:
      return [
        .required(
          "cores",
          .fields([
            "type": "number", "minimum": .number(0.01), "maximum": .number(64), "description": "The cores to allow.",
          ]))
      ]
    case .memoryLimit:
      return [.required("bytes", pattern("The memory to allow, like `128MiB`.", "^\(number)(MiB|GiB)$"))]
    case .clock:
      return [
        .optional("offset", pattern("Forward, like `60s`, or back, like `-60s`.", "^-?\(number)(ms|s|m|h)$")),
        .optional("drift", pattern("How much it gains, like `5%`, or loses, like `-5%`.", "^-?\(number)%$")),
      ]
    case .scale:
      return [.required("to", integer("The number of containers of the tier.", from: 1, to: 32))]
    case .moveSlots: return [.optional("slots", integer("How many slots.", from: 1, to: 2_000))]
    case .fileLimit: return [.optional("spare", integer("How many more than are open.", from: 0, to: 1_000))]
    case .pause, .dnsFailure, .flush, .failover, .drain, .wipe, .diskFull, .readOnly, .forget: return []
    }
  }
}
