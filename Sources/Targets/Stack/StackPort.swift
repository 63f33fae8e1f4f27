import ChaosPlan
import DockerEngine
import HTTPClient
import Technologies

/// Asks the stack's nodes through the engine, and through the ports that they publish.
struct StackPort: NodePort {
  private static let limitMilliseconds = 3_000

  private let stack: Stack
  private let secrets: Secrets?
  private let nodes: [Tier: [TierNode]]

  init(stack: Stack, members: [Member]) {
    self.stack = stack
    secrets = Secrets(path: stack.configuration.secretsFile)
    nodes = Dictionary(grouping: members.sorted { $0.name < $1.name }, by: \.tier).mapValues { $0.map(\.asNode) }
  }

  func nodes(of tier: Tier) -> [TierNode] { nodes[tier] ?? [] }

  func output(
    of command: [String], environment: [String], in node: TierNode, within limit: Duration
  ) async -> String? {
    let result = try? await stack.engine.exec(node.id, command, environment: environment, timeout: limit)
    guard let result, result.exitCode == 0 else { return nil }
    return result.output
  }

  func answer(to path: String, port: Int, of node: TierNode, authorization: String?) async -> [UInt8]? {
    guard let published = node.publishedPorts[port] else { return nil }
    let request = HTTPRequest(
      method: "GET", url: "http://127.0.0.1:\(published)\(path)",
      headers: authorization.map { [("Authorization", $0)] } ?? [], connectTimeoutMilliseconds: 1_000,
      timeoutMilliseconds: Self.limitMilliseconds)
    guard let response = try? await stack.http.send(request), response.status == 200 else { return nil }
    return response.body
  }

  func secret(_ name: String) -> String? { secrets?[name] }
}

extension Member {
  fileprivate var asNode: TierNode {
    TierNode(
      name: name, id: container.id, hostname: container.hostname, addresses: container.addresses,
      publishedPorts: container.publishedPorts, isRunning: isRunning)
  }
}
