import ChaosPlan
import DockerEngine
import Foundation
import HTTPClient

/// Probes of the tiers. Each ends within a few seconds. A node that does not answer is skipped, and another one is
/// asked.
struct NodeProbes: Sendable {
  let stack: Stack
  let members: [Member]

  private static let limit = Duration.seconds(4)
  private static let limitMilliseconds = 3_000

  // MARK: Redis

  func redis() async -> StatusReader.Roles {
    let nodes = running(.redis)
    // Ask three nodes, because one of them may be a master that was deposed and does not know it yet.
    let password = Secrets(path: stack.configuration.secretsFile)?["KV_REDIS_PASSWORD"] ?? ""
    let views = await answers(nodes.prefix(3)) { node in
      await exec(node, ["redis-cli", "CLUSTER", "NODES"], environment: ["REDISCLI_AUTH=\(password)"])
        .flatMap { RedisTopology(clusterNodes: $0) }
    }
    guard let view = RedisTopology.newest(of: views) else { return [:] }
    return view.roles(names: names(.redis))
  }

  // MARK: RabbitMQ and its consumers

  func rabbitmqAndWorkers() async -> StatusReader.Roles {
    let brokers = running(.rabbitmq)
    async let replicas = stack.queueReplicas(of: brokers.map(\.container.id))
    let queues = await management([RabbitMQTopology.Queue].self, RabbitMQTopology.replicasPath)
    let roles = queues.map { RabbitMQTopology.roles(brokers: brokers.map(\.name), queues: $0) } ?? [:]
    // If no broker answers, the workers' roles are unknown.
    guard let replicas = await replicas else { return roles }
    let workers = running(.worker).map {
      RabbitMQTopology.Worker(name: $0.name, id: $0.container.id, hostname: $0.container.hostname)
    }
    return roles.merging(RabbitMQTopology.roles(workers: workers, queues: replicas)) { first, _ in first }
  }

  private func management<Value: Decodable & Sendable>(_ type: Value.Type, _ path: String) async -> Value? {
    await BrokerManagement(stack: stack).get(
      type, path, ports: running(.rabbitmq).compactMap { $0.container.publishedPorts[PublishedPort.management] })
  }

  // MARK: SQL

  func patroni() async -> StatusReader.Roles {
    let clusters = await answers(running(.sql)[...]) { node -> PatroniTopology.Cluster? in
      guard let port = node.container.publishedPorts[PublishedPort.patroni] else { return nil }
      return await get(PatroniTopology.Cluster.self, "http://127.0.0.1:\(port)/cluster")
    }
    guard let cluster = clusters.first else { return [:] }
    return PatroniTopology.roles(cluster)
  }

  /// - Parameter table: whose leaseholder leads.
  func cockroach(table: String) async -> StatusReader.Roles {
    let nodes = running(.sql)
    var fallback: CockroachTopology.View?
    for node in nodes {
      let answer = await exec(node, ["bash", "-c", CockroachTopology.script(table: table)])
      guard let view = answer.flatMap({ CockroachTopology.View($0) }) else { continue }
      fallback = fallback ?? view
      // One that is cut off still believes that it leads.
      guard view.hasMajority else { continue }
      return CockroachTopology.roles(view, table: table, names: names(.sql), nodes: nodes.map(\.name))
    }
    return fallback.map {
      CockroachTopology.roles($0, table: table, names: names(.sql), nodes: nodes.map(\.name))
    } ?? [:]
  }

  // MARK: etcd

  func etcd() async -> StatusReader.Roles {
    let command = ["etcdctl", "endpoint", "status", "--write-out=json"]
    let found = await answers(running(.etcd)[...]) { node in
      await exec(node, command, environment: ["ETCDCTL_API=3"]).flatMap { EtcdTopology.role(json: $0) }
        .map { (node.name, $0) }
    }
    return Dictionary(found) { first, _ in first }
  }

  // MARK: Asking

  private func running(_ tier: Tier) -> [Member] {
    members.filter { $0.tier == tier && $0.isRunning }.sorted { $0.name < $1.name }
  }

  /// The names of a tier's nodes by address; a node that is down has none any more.
  private func names(_ tier: Tier) -> [String: String] {
    members.filter { $0.tier == tier }.reduce(into: [:]) { names, member in
      for address in member.container.addresses { names[address] = member.name }
    }
  }

  /// Asks all at once; the answers in the order of the nodes.
  private func answers<Value: Sendable>(
    _ nodes: ArraySlice<Member>, _ ask: @escaping @Sendable (Member) async -> Value?
  ) async -> [Value] {
    await withTaskGroup(of: (Int, Value?).self) { group in
      for (index, node) in nodes.enumerated() { group.addTask { (index, await ask(node)) } }
      return await group.reduce(into: [(Int, Value)]()) { all, next in
        if let value = next.1 { all.append((next.0, value)) }
      }.sorted { $0.0 < $1.0 }.map(\.1)
    }
  }

  private func exec(_ node: Member, _ command: [String], environment: [String] = []) async -> String? {
    let result = try? await stack.engine.exec(
      node.container.id, command, environment: environment, timeout: Self.limit)
    guard let result, result.exitCode == 0 else { return nil }
    return result.output
  }

  private func get<Value: Decodable>(
    _ type: Value.Type, _ url: String, headers: [(name: String, value: String)] = []
  ) async -> Value? {
    let request = HTTPRequest(
      method: "GET", url: url, headers: headers, connectTimeoutMilliseconds: 1_000,
      timeoutMilliseconds: Self.limitMilliseconds)
    guard let response = try? await stack.http.send(request), response.status == 200 else { return nil }
    return try? JSONDecoder().decode(type, from: Data(response.body))
  }
}
