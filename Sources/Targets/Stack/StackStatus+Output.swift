import PrettyJSON

/// The status for people and for programs.
extension StackStatus {
  /// The store's address, and a table: node, tier, state, role; below it the nodes that do not do their part, and the
  /// dead letters, if there are any.
  public var table: String {
    let rows = nodes.map { node in
      [node.name, node.tier.rawValue, state(of: node), node.detail]
    }
    let all = [["NODE", "TIER", "STATE", "ROLE"]] + rows
    let widths = (0..<3).map { column in all.map(\.[column].count).max() ?? 0 }
    let lines = all.map { row in
      row.enumerated().map { column, cell in
        column < 3 ? cell + String(repeating: " ", count: widths[column] - cell.count) : cell
      }.joined(separator: "  ")
    }
    let store = url.map { ["store: \($0)"] } ?? []
    let below = lacking.map(\.description) + (deadLetters?.lines ?? [])
    return (["SQL flavour: \(flavour.rawValue)"] + store + lines + below).joined(separator: "\n")
  }

  private func state(of node: StackNode) -> String {
    guard node.state.status == .running, let health = node.state.health, health != .starting else {
      // The engine runs a health check for the first time after half a minute, and until then says that the container
      // is starting: a node's problem is always shown below the table.
      return node.state.status.rawValue
    }
    return health.rawValue
  }

  /// The same as JSON: `flavour`, `url`, and `nodes` with `name`, `container`, `id`, `tier`, `roles`, `detail`,
  /// `status`, `health`, `startedAt`, `slots` (pairs of first and last), `lacks`; `deadLetters` with `count` and
  /// `newest` (`queue`, `reason`), left out if no broker answers.
  public func json() throws(StackError) -> String {
    struct Document: Encodable {
      struct Node: Encodable {
        var name: String
        var container: String
        var id: String
        var tier: String
        var roles: [String]
        var detail: String
        var status: String
        var health: String?
        var startedAt: String
        var slots: [[Int]]?
        var lacks: String?
      }

      var flavour: String
      var url: String?
      var nodes: [Node]
      var deadLetters: DeadLetters?
    }
    let document = Document(
      flavour: flavour.rawValue, url: url,
      nodes: nodes.map { node in
        Document.Node(
          name: node.name, container: node.container, id: node.id, tier: node.tier.rawValue,
          roles: node.roles.map(\.rawValue).sorted(), detail: node.detail, status: node.state.status.rawValue,
          health: node.state.health?.rawValue, startedAt: node.state.startedAt,
          slots: node.slots?.map { [$0.lowerBound, $0.upperBound] }, lacks: node.lack)
      }, deadLetters: deadLetters)
    do {
      return try PrettyJSON.text(document)
    } catch {
      throw StackError(code: .internalFault, message: "the status cannot be encoded: \(error)")
    }
  }
}
