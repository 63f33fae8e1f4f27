import ChaosPlan

/// A system under test as its owner declares it: a Compose project, and its tiers.
package struct Target: Sendable {
  package let name: String
  /// The Compose project: nothing else is ever touched.
  package let project: String
  /// In the order of the file.
  package let tiers: [TargetTier]

  /// The label of containers whose tier is not declared by its services.
  package static let tierLabel = "io.kvchaos.tier"
  package static let serviceLabel = "com.docker.compose.service"

  /// Compose's rule for names, on which labels, networks and file names depend.
  package static func isProject(_ name: String) -> Bool {
    name.wholeMatch(of: /[a-z0-9][a-z0-9_-]{0,62}/) != nil
  }

  package subscript(tier: Tier) -> TargetTier? { tiers.first { $0.tier == tier } }

  /// The tier of a container; `nil`: of none, as a one-shot container.
  package func tier(ofLabels labels: [String: String]) -> Tier? {
    tiers.first { tier in
      tier.services.map { services in labels[Self.serviceLabel].map(services.contains) ?? false }
        ?? (labels[Self.tierLabel] == tier.tier.rawValue)
    }?.tier
  }

  /// What plans can strike.
  package var forPlans: PlanTarget {
    let used = tiers.flatMap(\.technologies).flatMap { type(of: $0).roles.map(\.role) }
    let known = TechnologyCatalogue.all.flatMap { $0.roles.map(\.role) }
    let roles = known.reduce(into: [Role]()) { if used.contains($1), !$0.contains($1) { $0.append($1) } }
    return PlanTarget(tiers.map(\.forPlans), roles: roles)
  }
}

/// A tier as its owner declares it.
package struct TargetTier: Sendable {
  /// What runs as the tier.
  enum Kind: Sendable {
    case always(any Technology)
    /// As the flavour of the SQL tier is; there is no such tier on flavours that are left out.
    case byFlavour([SQLFlavour: any Technology])
  }

  package let tier: Tier
  /// The services of the Compose project; `nil`: its containers have the label.
  let services: Set<String>?
  /// `nil`: any number.
  let nodes: Int?
  let kind: Kind
  /// The command that ends with 0 in a node that does its part; `nil`: its own health check.
  package let ready: [String]?

  package func technology(on flavour: SQLFlavour) -> (any Technology)? {
    switch kind {
    case .always(let technology): technology
    case .byFlavour(let technologies): technologies[flavour]
    }
  }

  fileprivate var technologies: [any Technology] {
    switch kind {
    case .always(let technology): [technology]
    case .byFlavour(let technologies): SQLFlavour.allCases.compactMap { technologies[$0] }
    }
  }

  fileprivate var forPlans: PlanTier {
    let types = technologies.map { type(of: $0) }
    let roles = types.flatMap { $0.roles }.reduce(into: [TierRole]()) { if !$0.contains($1) { $0.append($1) } }
    let flavours = Set(SQLFlavour.allCases)
    return PlanTier(
      tier, roles: roles, nodes: nodes, keyOwner: types.lazy.compactMap { $0.keyOwner }.first,
      voter: types.lazy.compactMap { $0.voter }.first, absentOn: flavours.filter { technology(on: $0) == nil },
      unpreloadedOn: flavours.filter { technology(on: $0).map { !type(of: $0).isPreloadable } ?? false })
  }
}
