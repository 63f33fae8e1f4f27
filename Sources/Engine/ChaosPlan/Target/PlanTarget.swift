/// What plans can strike: the tiers that a target declares, with all that is known of them before a run.
public struct PlanTarget: Sendable, Hashable {
  /// In the order in which messages and tables list them.
  public let tiers: [PlanTier]
  /// Every role that nodes of some tier can have, in the order in which messages list them.
  public let roles: [Role]

  public init(_ tiers: [PlanTier] = [], roles: [Role] = []) {
    self.tiers = tiers
    self.roles = roles
  }

  /// `nil`: the target has no such tier.
  public subscript(tier: Tier) -> PlanTier? { tiers.first { $0.tier == tier } }

  var tierWords: [String] { tiers.map(\.tier.rawValue) }
}

/// A tier before a run.
public struct PlanTier: Sendable, Hashable {
  public let tier: Tier
  /// The roles that its nodes can have; a plan that asks for another is wrong.
  public let roles: [TierRole]
  /// How many nodes it has; `nil`: any number.
  public let nodes: Int?
  /// The role of the nodes that own keys, each its own; `nil`: none do.
  public let keyOwner: Role?
  /// The role of the nodes whose majority decides; `nil`: the majority of all.
  public let voter: Role?
  /// The flavours of the SQL tier that have no such tier.
  public let absentOn: Set<SQLFlavour>
  /// The flavours on which its programs load no library before they start.
  public let unpreloadedOn: Set<SQLFlavour>

  public init(
    _ tier: Tier, roles: [TierRole], nodes: Int?, keyOwner: Role? = nil, voter: Role? = nil,
    absentOn: Set<SQLFlavour> = [], unpreloadedOn: Set<SQLFlavour> = []
  ) {
    self.tier = tier
    self.roles = roles
    self.nodes = nodes
    self.keyOwner = keyOwner
    self.voter = voter
    self.absentOn = absentOn
    self.unpreloadedOn = unpreloadedOn
  }

  var roleWords: [String] { roles.map(\.role.rawValue) }
}

/// A role, and how many nodes of a tier have it while all of them run.
public struct TierRole: Sendable, Hashable {
  public enum Share: Sendable, Hashable {
    case one
    case allButOne
    case half
    case all
    /// As many as it happens to be.
    case any
  }

  public let role: Role
  let share: Share

  public init(_ role: Role, _ share: Share) {
    self.role = role
    self.share = share
  }

  /// Of this many nodes; `nil` where a plan cannot tell.
  func count(of nodes: Int) -> Int? {
    switch share {
    case .one: 1
    case .allButOne: nodes - 1
    case .half: nodes / 2
    case .all: nodes
    case .any: nil
    }
  }
}
