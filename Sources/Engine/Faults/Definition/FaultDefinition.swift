/// All that is known of one fault, in the fault's own file: its name, its words in plans, which tiers it suits, and how
/// it strikes.
///
/// The parser of plans, their JSON Schema, the table in `chaos/README.md`, `kvchaos plan faults` and the safety checks
/// read it; none of them knows a fault by name.
public struct FaultDefinition: Sendable {
  /// What it strikes, and with what.
  public enum Strike: Sendable {
    /// Each node by itself.
    case nodes(@Sendable (FaultSettings) -> any Fault)
    /// A whole tier, which then has another number of nodes: `count`.
    case tier(count: @Sendable (FaultSettings) -> Int, @Sendable (FaultSettings) -> any Fault)
    /// Packets between each node and its peers.
    case packets(@Sendable (FaultSettings) -> (effect: PacketEffect, direction: PacketDirection))
    /// Packets between the sides of a tier that is divided by `shape`.
    case sides
  }

  /// What a run has to know of it before it strikes.
  public struct Traits: OptionSet, Sendable, Hashable {
    public let rawValue: Int

    public init(rawValue: Int) { self.rawValue = rawValue }

    /// Over by itself: a plan need not say how long it lasts.
    public static let momentary = Traits(rawValue: 1 << 0)
    /// All its targets are out of service at once, which must not happen to a majority of a tier unless the plan allows
    /// it.
    public static let takesNodesDown = Traits(rawValue: 1 << 1)
    /// Its targets do not run while it is open, so that no other fault draws them.
    public static let stopsNodes = Traits(rawValue: 1 << 2)
    /// It replaces a limit of the container: of two at the same time, the first heal removes both.
    public static let replacesLimit = Traits(rawValue: 1 << 3)
    /// It goes through the library that our own images preload into their servers. A Go program is out of its reach.
    public static let needsPreload = Traits(rawValue: 1 << 4)
  }

  /// Heals from the undo alone, whatever the settings were.
  public let healer: any Fault
  /// What it does, in a sentence.
  public let summary: String
  public let tiers: FaultTiers
  public let traits: Traits
  /// In the order in which messages and the schema list them.
  public let fields: [FaultField]
  /// What is wrong with valid settings together.
  public let check: @Sendable (FaultSettings) -> FaultSettings.Problem?
  /// How a run finds, at its end, what a fault left in a container that no ledger knows of.
  public let leftover: FaultLeftover?
  public let strike: Strike

  public init(
    _ healer: any Fault, _ summary: String, tiers: FaultTiers = .every, traits: Traits = [], fields: [FaultField] = [],
    check: @escaping @Sendable (FaultSettings) -> FaultSettings.Problem? = { _ in nil }, leftover: FaultLeftover? = nil,
    strike: Strike
  ) {
    self.healer = healer
    self.summary = summary
    self.tiers = tiers
    self.traits = traits
    self.fields = fields
    self.check = check
    self.leftover = leftover
    self.strike = strike
  }

  public var kind: FaultKind { healer.kind }

  /// The word in plans.
  public var name: String { kind.rawValue }

  /// Whether it does nothing to the processes of its targets, and needs nothing of them.
  public var isOfNetwork: Bool {
    switch strike {
    case .packets, .sides: true
    case .nodes, .tier: false
    }
  }

  /// Whether its target is a tier, which has no role, side or mode.
  public var isOfWholeTier: Bool {
    if case .tier = strike { true } else { false }
  }

  /// Whether it divides a tier into sides, which other faults may name.
  public var hasSides: Bool {
    if case .sides = strike { true } else { false }
  }
}

extension FaultDefinition: Hashable, CustomStringConvertible {
  /// A build has one definition of a kind.
  public static func == (left: FaultDefinition, right: FaultDefinition) -> Bool { left.kind == right.kind }

  public func hash(into hasher: inout Hasher) { hasher.combine(kind) }

  public var description: String { name }
}
