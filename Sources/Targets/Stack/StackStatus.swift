import ChaosPlan

/// Every node of the stack with its role at one moment.
public struct StackStatus: Sendable, Hashable {
  public var flavour: SQLFlavour
  /// By tier, then by name.
  public var nodes: [StackNode]
  /// The store's address; `nil` where no container has one.
  public var url: String?
  /// The messages that no worker could read; `nil` if they were not requested, or no broker answered.
  public var deadLetters: DeadLetters?

  public init(flavour: SQLFlavour, nodes: [StackNode], url: String? = nil) {
    self.flavour = flavour
    self.nodes = nodes
    self.url = url
  }

  /// Whether there is a container at all.
  public var isUp: Bool { !nodes.isEmpty }

  /// The nodes that do not do their part in their tier, according to the tiers themselves.
  public var lacking: [NodeLack] {
    nodes.compactMap { node in node.lack.map { NodeLack(node: node.name, what: $0) } }
  }

  public func node(_ name: String) -> StackNode? {
    nodes.first { $0.name == name }
  }

  /// The nodes that a selector selects now: running nodes of its tier and role, as many as its mode says, drawn with
  /// `using` and sorted by name. Pure: the same status and the same generator give the same nodes.
  ///
  /// - Parameters:
  ///   - ownerOf: only the Redis master that owns the slot of this key's entry; `nil`: as the selector says.
  ///   - within: only these nodes, by name; `nil`: any.
  /// - Throws: `noTarget` when nothing that runs matches.
  public func resolve(
    _ selector: Selector, ownerOf key: String? = nil, within: Set<String>? = nil,
    using generator: inout some RandomNumberGenerator
  ) throws(StackError) -> [StackNode] {
    let key = key ?? selector.ownerOf
    let slot = key.map(RedisSlot.slot(ofEntry:))
    let matched = nodes.filter { node in
      (selector.tier.map { node.tier == $0 } ?? true) && node.state.status == .running
        && within?.contains(node.name) != false && (selector.role.map { node.roles.contains($0) } ?? true)
        && (slot.map { slot in node.slots?.contains { $0.contains(slot) } ?? false } ?? true)
    }.sorted { $0.name < $1.name }
    let count = selector.mode.count(of: matched.count)
    guard count > 0 else { throw noTarget(selector, matched, key) }
    let drawn = Set(matched.indices.shuffled(using: &generator).prefix(count))
    return matched.indices.filter(drawn.contains).map { matched[$0] }
  }

  private func noTarget(_ selector: Selector, _ matched: [StackNode], _ key: String?) -> StackError {
    let owner = selector.ownerOf == nil ? key.map { " that owns the key \($0)" } ?? "" : ""
    let who = selector.label + owner
    guard matched.isEmpty else {
      return StackError(
        code: .noTarget, message: "no node matches \(who): only \(matched.map(\.name).joined(separator: ", ")) fits")
    }
    let tier = nodes.filter { node in selector.tier.map { node.tier == $0 } ?? true }.map {
      "\($0.name) (\($0.state.status.rawValue), \($0.detail))"
    }
    let there = tier.isEmpty ? "no container of that tier exists" : "candidates: \(tier.joined(separator: ", "))"
    return StackError(code: .noTarget, message: "no running node matches \(who); \(there)")
  }
}
