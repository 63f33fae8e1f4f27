import ChaosPlan
import DockerEngine

/// The existing nodes, and the nodes that must exist.
extension Stack {
  /// The nodes that exist now, running or not.
  ///
  /// - Throws: `unavailable` when the engine does not answer.
  public func roster() async throws(StackError) -> Roster {
    roster(of: try await summaries())
  }

  /// The nodes that the compose files define, for callers that did not see the stack before. Empty if no container
  /// exists: the stack is down.
  ///
  /// - Throws: `unavailable` when the engine does not answer, or Compose cannot read the files.
  public func composedRoster() async throws(StackError) -> Roster {
    let containers = try await summaries()
    guard !containers.isEmpty else { return Roster() }
    var flavour = FlavourChoice.flavour(of: containers) ?? configuration.flavour.flavour
    if flavour == nil { flavour = try await flavourOfVolumes() }
    return try await Compose(configuration: configuration).model(flavour ?? .cockroach).roster(
      project: configuration.project, target: configuration.target)
  }

  /// The nodes of a roster that are not in the stack any more.
  public func missing(from status: StackStatus, since roster: Roster) -> [NodeLack] {
    let now = Roster(Dictionary(status.nodes.map { ($0.container, $0.tier) }) { first, _ in first })
    return roster.missing(from: now).map { name in
      let prefix = "\(configuration.project)-"
      return NodeLack(
        node: name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name,
        what: "is gone: its container was removed")
    }
  }

  private func roster(of containers: [ContainerSummary]) -> Roster {
    let tiers = containers.compactMap { container in
      configuration.target.tier(ofLabels: container.labels).map { (container.name, $0) }
    }
    return Roster(Dictionary(tiers) { first, _ in first })
  }

  /// Used if no container of the SQL tier is left: only the Patroni flavour has etcd.
  private func flavourOfVolumes() async throws(StackError) -> SQLFlavour? {
    let volumes = try await volumes()
    return volumes.contains { $0.name == "\(configuration.project)_etcd-1" } ? .patroni : nil
  }
}
