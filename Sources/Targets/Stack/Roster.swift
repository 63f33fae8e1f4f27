import ChaosPlan

/// The nodes that exist at one moment, for later comparison: an engine has no trace of a removed container.
public struct Roster: Sendable, Hashable {
  /// By the container's full name.
  private var tiers: [String: Tier]

  /// - Parameter tiers: the tier of each node, by its container's full name.
  public init(_ tiers: [String: Tier] = [:]) {
    self.tiers = tiers
  }

  /// The containers that are gone, by name. For a tier that can be scaled, only the decrease counts: Compose may give
  /// an added container another number than that of the one it removed.
  func missing(from now: Roster) -> [String] {
    Dictionary(grouping: tiers.keys.filter { now.tiers[$0] == nil }.sorted()) { tiers[$0] }.flatMap { tier, names in
      guard let tier, ScalableTier(rawValue: tier.rawValue) != nil else { return names }
      return Array(names.prefix(max(0, count(tier) - now.count(tier))))
    }.sorted()
  }

  /// Those of some tiers.
  public func nodes(of tiers: Set<Tier>) -> Roster { Roster(self.tiers.filter { tiers.contains($0.value) }) }

  private func count(_ tier: Tier) -> Int { tiers.values.count { $0 == tier } }
}
