import DockerEngine

/// A node that does not do its part in its tier.
public struct NodeLack: Sendable, Hashable, CustomStringConvertible {
  /// The node's name in the stack.
  public var node: String
  /// What it lacks, in a few words that follow the name.
  public var what: String

  public init(node: String, what: String) {
    self.node = node
    self.what = what
  }

  public var description: String { "\(node) \(what)" }
}

extension Stack {
  private static let answerLimit = Duration.seconds(15)
  /// An API lives as soon as it listens; it is ready when what is behind it answers.
  private static let isReady = """
    exec 3<>/dev/tcp/127.0.0.1/8080; printf 'GET /health/ready HTTP/1.0\\r\\n\\r\\n' >&3
    read -r -t 5 status <&3; [[ $status == *" 200 "* ]] || { echo "it is not ready"; exit 1; }
    """

  /// Waits until every node does its part in its tier: it is what its cluster takes it for, with the data that it
  /// should have, and it answers. A node that is in nobody's way may be out for good, and no operation shows it.
  ///
  /// - Parameters:
  ///   - limit: how long it is waited for; zero: looked at once.
  ///   - roster: of before; a node whose container is gone does not do its part.
  /// - Returns: who does not, and what is missing; empty where all is well.
  /// - Throws: `unavailable` when the engine does not answer.
  public func lacking(within limit: Duration, since roster: Roster = Roster()) async throws(StackError) -> [NodeLack] {
    let deadline = ContinuousClock.now + limit
    while true {
      let status = try await status()
      var found = status.lacking + missing(from: status, since: roster)
      // Dearer, so only asked once the tiers have nothing to say.
      if found.isEmpty { found = await mute(status.nodes) }
      if found.isEmpty || ContinuousClock.now >= deadline || Task.isCancelled { return found }
      try? await Task.sleep(for: .seconds(1))
    }
  }

  /// Waits until every API says that it is ready. An API is healthy as soon as it listens, and each has its own
  /// connections to what is behind it: that one of them answered says nothing of the others.
  ///
  /// - Parameter deadline: until when it is waited for.
  /// - Returns: the APIs that are not ready, and why; empty where all are.
  /// - Throws: `unavailable` when the engine does not answer.
  func unreadyAPIs(until deadline: ContinuousClock.Instant) async throws(StackError) -> [NodeLack] {
    while true {
      let status = try await status()
      let found = await mute(status.nodes.filter { $0.tier == .api })
      if found.isEmpty || ContinuousClock.now >= deadline || Task.isCancelled { return found }
      try? await Task.sleep(for: .milliseconds(300))
    }
  }

  /// The nodes that themselves say, or do not say, that they serve.
  private func mute(_ nodes: [StackNode]) async -> [NodeLack] {
    await withTaskGroup(of: NodeLack?.self) { group in
      for node in nodes {
        group.addTask {
          let missing = await missing(of: node)
          return missing.map { NodeLack(node: node.name, what: "does not serve: \($0)") }
        }
      }
      return await group.reduce(into: [NodeLack]()) { all, lack in if let lack { all.append(lack) } }
    }.sorted { $0.node < $1.node }
  }

  private func missing(of node: StackNode) async -> String? {
    do throws(DockerEngineError) {
      guard let command = Self.question(to: node) else {
        return try await engine.passesOwnCheck(node.id, timeout: Self.answerLimit) ? nil : "its health check fails"
      }
      let result = try await engine.exec(node.id, command, timeout: Self.answerLimit)
      guard result.exitCode != 0 else { return nil }
      return (result.output + result.error).split(whereSeparator: \.isNewline).last.map(String.init)
        ?? "no output"
    } catch {
      return error.message
    }
  }

  /// What says more than the node's health check; `nil` where nothing does. Of RabbitMQ the queues have told already.
  private static func question(to node: StackNode) -> [String]? {
    switch node.tier {
    case .redis, .sql: ["node-joined"]
    case .api: ["bash", "-c", isReady]
    case .proxy, .worker, .rabbitmq, .etcd: nil
    }
  }
}
