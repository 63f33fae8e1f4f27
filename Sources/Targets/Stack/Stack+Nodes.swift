import DockerEngine
import Polling
import Technologies

/// A node that does not do its part in its tier.
public struct NodeLack: Sendable, Hashable, CustomStringConvertible {
  /// The node's name in the stack.
  public var node: String
  /// The problem, in a few words that follow the name.
  public var what: String

  public init(node: String, what: String) {
    self.node = node
    self.what = what
  }

  public var description: String { "\(node) \(what)" }
}

extension Stack {
  private static let answerLimit = Duration.seconds(15)

  /// Waits until every node does its part in its tier: it is a full member of its cluster, has the data that it should
  /// have, and answers. A node may be out of its tier permanently without any operation showing it.
  ///
  /// - Parameters:
  ///   - limit: the timeout; zero: check only once.
  ///   - roster: an earlier roster; a node whose container is gone does not do its part.
  /// - Returns: the nodes that do not, and their problems; empty if all is well.
  /// - Throws: `unavailable` when the engine does not answer.
  public func lacking(within limit: Duration, since roster: Roster = Roster()) async throws(StackError) -> [NodeLack] {
    let deadline = ContinuousClock.now + limit
    return try await Poll.until(deadline, every: .seconds(1)) { () async throws(StackError) in
      let status = try await status()
      let found = status.lacking + missing(from: status, since: roster)
      // More expensive, so it runs only when the tiers report no problem.
      return found.isEmpty ? await mute(status.nodes) : found
    } isFinal: {
      $0.isEmpty
    }
  }

  /// Waits until every API says that it is ready. An API is healthy as soon as it listens, and each has its own
  /// connections to what is behind it: an answer of one API says nothing about the others.
  ///
  /// - Parameter deadline: the end of the wait. - Returns: the APIs that are not ready, and why; empty if all are.
  /// - Throws: `unavailable` when the engine does not answer.
  func unreadyAPIs(until deadline: ContinuousClock.Instant) async throws(StackError) -> [NodeLack] {
    try await Poll.until(deadline, every: .milliseconds(300)) { () async throws(StackError) in
      await mute(try await status().nodes.filter { $0.tier == .api })
    } isFinal: {
      $0.isEmpty
    }
  }

  /// Nodes that do not report themselves that they serve.
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
      // The target's own check is stricter than the container's.
      guard let command = configuration.target[node.tier]?.ready else {
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
}
