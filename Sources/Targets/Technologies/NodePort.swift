import ChaosPlan
import Foundation

/// A node as technologies see it.
package struct TierNode: Sendable, Hashable {
  /// The name in the target, e.g. `redis-1`.
  package var name: String
  /// The container's id.
  package var id: String
  package var hostname: String
  /// Its addresses in the target's networks; none while it is down.
  package var addresses: [String]
  /// The ports of 127.0.0.1 that lead to ports of the container, by these.
  package var publishedPorts: [Int: Int]
  package var isRunning: Bool

  package init(
    name: String, id: String, hostname: String, addresses: [String] = [], publishedPorts: [Int: Int] = [:],
    isRunning: Bool = true
  ) {
    self.name = name
    self.id = id
    self.hostname = hostname
    self.addresses = addresses
    self.publishedPorts = publishedPorts
    self.isRunning = isRunning
  }
}

/// How a technology asks its nodes. Each question ends within a few seconds, unless it says otherwise.
package protocol NodePort: Sendable {
  /// The nodes of a tier by name, those that are down among them.
  func nodes(of tier: Tier) -> [TierNode]

  /// The output of a command in the node's container; `nil` if it fails or does not end.
  ///
  /// - Parameters:
  ///   - environment: as `NAME=value`.
  ///   - limit: how long it may take.
  func output(
    of command: [String], environment: [String], in node: TierNode, within limit: Duration
  ) async -> String?

  /// The body of the answer to `GET` on a port of the node that it publishes; `nil` unless the status is 200.
  ///
  /// - Parameter authorization: the header's value; `nil`: no such header.
  func answer(to path: String, port: Int, of node: TierNode, authorization: String?) async -> [UInt8]?

  /// A secret of the target; `nil` if it has none of that name.
  func secret(_ name: String) -> String?
}

extension NodePort {
  package func running(_ tier: Tier) -> [TierNode] { nodes(of: tier).filter(\.isRunning) }

  package func output(of command: [String], environment: [String], in node: TierNode) async -> String? {
    await output(of: command, environment: environment, in: node, within: .seconds(4))
  }

  /// The output of a command in the first node's container that has any; empty where none has.
  func firstOutput(
    of command: [String], environment: [String] = [], in nodes: [TierNode], within limit: Duration = .seconds(10)
  ) async -> String {
    for node in nodes {
      let output = await output(of: command, environment: environment, in: node, within: limit)
      if let output, !output.isEmpty { return output }
    }
    return ""
  }

  /// The names of a tier's nodes by address; a node that is down has none any more.
  package func names(_ tier: Tier) -> [String: String] {
    nodes(of: tier).reduce(into: [:]) { names, node in
      for address in node.addresses { names[address] = node.name }
    }
  }

  /// Asks nodes all at once; the answers in the order of the nodes.
  package func answers<Value: Sendable>(
    _ nodes: some Sequence<TierNode>, _ ask: @escaping @Sendable (TierNode) async -> Value?
  ) async -> [Value] {
    await withTaskGroup(of: (Int, Value?).self) { group in
      for (index, node) in nodes.enumerated() { group.addTask { (index, await ask(node)) } }
      return await group.reduce(into: [(Int, Value)]()) { all, next in
        if let value = next.1 { all.append((next.0, value)) }
      }.sorted { $0.0 < $1.0 }.map(\.1)
    }
  }

  /// A JSON answer; `nil` where there is none of that form.
  package func value<Value: Decodable>(
    _ type: Value.Type, at path: String, port: Int, of node: TierNode, authorization: String? = nil
  ) async -> Value? {
    guard let body = await answer(to: path, port: port, of: node, authorization: authorization) else { return nil }
    return try? JSONDecoder().decode(type, from: Data(body))
  }
}
