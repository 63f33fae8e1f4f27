/// Every fault that this build knows, by kind: how an undo from the ledger finds the code that heals it.
public struct FaultCatalogue: Sendable {
  /// The faults of plans, in the order in which the schema and the documentation list them. A new fault is a file with
  /// its definition, and a word here.
  public static let definitions: [FaultDefinition] = [
    .kill, .stop, .pause, .restart, .crashLoop,
    .isolate, .partition, .loss, .reset, .latency, .bandwidth, .dnsFailure,
    .cpuLimit, .memoryLimit, .flush, .failover, .drain, .wipe,
    .clock, .diskFull, .readOnly, .fileLimit,
    .scale, .forget, .moveSlots,
  ]

  /// The faults of plans, and those that only other commands use.
  public static let standard = FaultCatalogue(definitions.map(\.healer) + [RedisSettingFault()])

  private static let definitionsByName = Dictionary(uniqueKeysWithValues: definitions.map { ($0.name, $0) })

  /// The definition with a name; `nil`: no plan may use it.
  public static func definition(named name: String) -> FaultDefinition? { definitionsByName[name] }

  /// The traces that faults may leave, each once.
  static let leftovers: [FaultLeftover] = definitions.compactMap(\.leftover).reduce(into: []) { leftovers, leftover in
    if !leftovers.contains(leftover) { leftovers.append(leftover) }
  }

  private var faults: [FaultKind: any Fault] = [:]

  public init(_ faults: [any Fault]) {
    for fault in faults { self.faults[fault.kind] = fault }
  }

  /// The kinds known, in the order of their names.
  public var kinds: [FaultKind] { faults.keys.sorted { $0.rawValue < $1.rawValue } }

  public func fault(of kind: FaultKind) -> (any Fault)? { faults[kind] }
}

/// False for a kind that no plan may use.
extension FaultKind {
  private var definition: FaultDefinition? { FaultCatalogue.definition(named: rawValue) }

  /// Whether all its targets are out of service at once.
  public var takesNodesDown: Bool { definition?.traits.contains(.takesNodesDown) == true }

  /// Whether it does nothing to the processes of its targets, and needs nothing of them.
  public var isOfNetwork: Bool { definition?.isOfNetwork == true }
}
