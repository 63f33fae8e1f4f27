/// A RabbitMQ node that its cluster forgets, as an operator replaces one: its application is stopped, a peer forgets it
/// (`rabbitmqctl forget_cluster_node`), and every quorum queue loses the replica that it had there. Healed by joining
/// the cluster again with empty data (`reset`, `join_cluster`), and by adding a replica of every queue.
///
/// A node that is restarted meanwhile has data of a cluster that does not know it any more, and could not boot. So it
/// gets the mark that the image gives to a joining node: it starts with empty data, and joins by itself.
public struct ForgetFault: Fault {
  public let kind = FaultKind.forget
  private static let peer = "peer"
  private static let members = "members"
  /// Beside the node's data; its start looks for it.
  private static let mark = "/var/lib/rabbitmq/joining"

  public init() {}

  public func setUp(_ target: FaultTarget, in environment: FaultEnvironment) async throws -> Undo {
    let state = try await ProcessFaults.requireRunning(target, for: kind, in: environment)
    var undo = Undo(kind: kind, target: target)
    let running = try await names("rabbit_nodes:list_running()", in: undo, environment, orThrow: .notInjectable)
    guard running.contains(target.node), let peer = running.first(where: { $0 != target.node }) else {
      throw FaultError(
        code: .notInjectable,
        message: "\(target.node) has no peers that could forget it: \(running.joined(separator: ", ")) are up")
    }
    undo.parameters = [
      Self.peer: peer, Self.members: String(running.count), ProcessFaults.startedAt: state.startedAt,
    ]
    return undo
  }

  public func inject(_ undo: Undo, in environment: FaultEnvironment) async throws {
    try await tool("./rabbitmqctl -q stop_app 2>&1", in: undo, environment, orThrow: .injectionFailed)
    try await tool(
      "./rabbitmqctl -q forget_cluster_node rabbit@\(undo.target.node) 2>&1", in: peer(of: undo), environment,
      orThrow: .injectionFailed)
    try await tool("touch \(Self.mark) && sync \(Self.mark)", in: undo, environment, orThrow: .injectionFailed)
  }

  /// No peer counts it as a member, and no quorum queue has a replica on it.
  public func verifyInjected(_ undo: Undo, in environment: FaultEnvironment) async throws {
    let members = try await names(
      "rabbit_nodes:list_members()", in: peer(of: undo), environment, orThrow: .notEffective)
    guard !members.isEmpty, !members.contains(undo.target.node) else {
      throw FaultError(code: .notEffective, message: "\(undo.target.node) is still a member of its cluster")
    }
    let queues = try await replicas(in: peer(of: undo), environment, orThrow: .notEffective)
    guard !queues.isEmpty, queues.allSatisfy({ !$0.contains(undo.target.node) }) else {
      throw FaultError(code: .notEffective, message: "queues still have replicas on \(undo.target.node)")
    }
  }

  public func presence(_ undo: Undo, in environment: FaultEnvironment) async throws -> FaultPresence {
    guard try await ProcessFaults.isStillInItsRun(undo, in: environment) else {
      return .ended("it was started again, and joins by itself")
    }
    let members = try await names(
      "rabbit_nodes:list_members()", in: peer(of: undo), environment, orThrow: .notEffective)
    return members.contains(undo.target.node) ? .ended("it is a member of its cluster again") : .inEffect
  }

  public func heal(_ undo: Undo, in environment: FaultEnvironment) async throws {
    guard try await ProcessFaults.isStillInItsRun(undo, in: environment) else {
      // What runs already is left as it is.
      try await environment.runtime.start(container: undo.target.container)
      return
    }
    let members = try await names("rabbit_nodes:list_members()", in: peer(of: undo), environment, orThrow: .notHealed)
    if !members.contains(undo.target.node) {
      let peer = try peer(of: undo).target.node
      try await tool(
        """
        { ./rabbitmqctl -q stop_app && ./rabbitmqctl -q reset && ./rabbitmqctl -q join_cluster rabbit@\(peer); } 2>&1
        """, in: undo, environment, orThrow: .notHealed)
    }
    // No error where it is started already: a heal may come before the injection, and again.
    try await tool("./rabbitmqctl -q start_app 2>&1 && rm -f \(Self.mark)", in: undo, environment, orThrow: .notHealed)
    try await tool(
      "./rabbitmq-queues -q grow rabbit@\(undo.target.node) all 2>&1", in: peer(of: undo), environment,
      orThrow: .notHealed)
  }

  /// As many nodes run as before, and every quorum queue has a replica on this one.
  public func verifyHealed(_ undo: Undo, in environment: FaultEnvironment) async throws {
    var reason = ""
    for look in 0..<max(1, environment.pollLimit / 10) {
      if look > 0 { try await environment.clock.sleep(for: environment.pollInterval * 10) }
      let running = try await names("rabbit_nodes:list_running()", in: peer(of: undo), environment, orThrow: .notHealed)
      let queues = try await replicas(in: peer(of: undo), environment, orThrow: .notHealed)
      let without = queues.count { !$0.contains(undo.target.node) }
      if running.count >= undo.parameters[Self.members].flatMap({ Int($0) }) ?? 1, running.contains(undo.target.node),
        !queues.isEmpty, without == 0
      {
        return
      }
      reason = "\(running.count) nodes run, and \(without) of \(queues.count) queues have no replica on it"
    }
    throw FaultError(code: .notHealed, message: "\(undo.target.node) is not back in its cluster: \(reason)")
  }

  // MARK: Asking

  /// The same undo with the peer as the container in which commands run.
  private func peer(of undo: Undo) throws(FaultError) -> Undo {
    guard let peer = undo.parameters[Self.peer], undo.target.container.hasSuffix(undo.target.node) else {
      throw FaultError(code: .notHealed, message: "the undo of \(undo.kind) names no peer of \(undo.target.node)")
    }
    var other = undo
    other.target = FaultTarget(
      node: peer, container: undo.target.container.dropLast(undo.target.node.count) + peer)
    return other
  }

  @discardableResult
  private func tool(
    _ script: String, in undo: Undo, _ environment: FaultEnvironment, orThrow code: FaultError.Code
  ) async throws -> String {
    try await environment.shell(
      BrokerTools.prologue + script, in: undo, timeout: BrokerTools.timeout, orThrow: code)
  }

  /// The nodes that an Erlang expression comes to, by their names in the stack.
  private func names(
    _ expression: String, in undo: Undo, _ environment: FaultEnvironment, orThrow code: FaultError.Code
  ) async throws -> [String] {
    Self.nodes(in: try await tool("./rabbitmqctl -q eval '\(expression).'", in: undo, environment, orThrow: code))
  }

  /// The nodes on which each quorum queue has a replica.
  private func replicas(
    in undo: Undo, _ environment: FaultEnvironment, orThrow code: FaultError.Code
  ) async throws -> [[String]] {
    let text = try await tool(
      "./rabbitmqctl -q list_queues --no-table-headers type members", in: undo, environment, orThrow: code)
    return text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("quorum") }.map { Self.nodes(in: String($0)) }
  }

  /// Every `rabbit@<name>` of a text.
  private static func nodes(in text: String) -> [String] {
    text.split { !($0.isLetter || $0.isNumber || "@-_.".contains($0)) }
      .filter { $0.hasPrefix("rabbit@") }.map { String($0.dropFirst("rabbit@".count)) }
  }
}

extension FaultKind { public static let forget = FaultKind(rawValue: "forget") }

extension FaultDefinition {
  public static let forget = FaultDefinition(
    ForgetFault(), "A RabbitMQ node is forgotten by its cluster; healed by joining it again with nothing.",
    tiers: .only("rabbitmq", because: "`forget_cluster_node` is a command of RabbitMQ"), traits: .takesNodesDown,
    strike: .nodes { _ in ForgetFault() })
}
