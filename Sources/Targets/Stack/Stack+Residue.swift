import ChaosPlan
import DockerEngine
import Faults

extension Stack {
  /// Containers inspected at the same time: each inspection runs a short-lived container.
  private static let looksAtOnce = 6

  /// The residue of faults in the stack; empty if all is well. A stack that is not up can only have helpers as residue.
  ///
  /// - Parameter roster: an earlier roster; missing nodes count as residue.
  /// - Throws: `unavailable` when the engine does not answer, or a container's network cannot be inspected.
  public func residue(since roster: Roster = Roster()) async throws(StackError) -> [Residue] {
    do {
      var found = try await engine.helpers().map { Residue(kind: .helper, container: $0, detail: "") }
      // It is normal that a one-shot container has exited.
      let nodes = try await engine.details().compactMap {
        Member(container: $0, target: configuration.target)
      }
      let now = Roster(Dictionary(nodes.map { ($0.container.name, $0.tier) }) { first, _ in first })
      for name in roster.missing(from: now) {
        found.append(Residue(kind: .missing, container: name, detail: ""))
      }
      for node in nodes where !node.isRunning {
        let status = node.container.state.status
        found.append(
          Residue(kind: status == .paused ? .paused : .down, container: node.container.name, detail: status.rawValue))
      }
      found += try await each(of: nodes.filter(\.isRunning)) { node in
        try await engine.leftovers(in: node.container.name).map {
          Residue(kind: .inside, container: node.container.name, detail: $0)
        }
      }
      let connected = nodes.filter { $0.isRunning || $0.container.state.status == .paused }
      guard !connected.isEmpty else { return found }
      guard try await engine.hasImage(DockerEngine.netfaultImage) else {
        throw StackError(
          code: .unavailable,
          message: "the rules in the containers' networks cannot be listed, because the image "
            + "\(DockerEngine.netfaultImage) is not on this machine; run `make images` (scripts/bootstrap --images)")
      }
      return try await found + rules(in: connected)
    } catch let error as StackError {
      throw error
    } catch let error as DockerEngineError {
      throw StackError(error)
    } catch {
      throw StackError(code: .unavailable, message: "the stack cannot be searched for residue: \(error)")
    }
  }

  /// Faults that the ledger has as open, also while a run holds it.
  ///
  /// - Throws: `unavailable` when the ledger cannot be read.
  public func openUndos() throws(StackError) -> [Residue] {
    do throws(FaultError) {
      let path = configuration.ledgerFile
      let (undos, damagedLines) = try UndoLedger.peek(at: path)
      return undos.map { Residue(kind: .undo, container: $0.target.container, detail: $0.kind.rawValue) }
        + damagedLines.map { Residue(kind: .undo, container: path, detail: "a line that cannot be read: \($0)") }
    } catch {
      throw StackError(code: .unavailable, message: error.message)
    }
  }

  private func rules(in nodes: [Member]) async throws -> [Residue] {
    try await each(of: nodes) { node in
      try await engine.ruleTables(in: node.container.name).map {
        Residue(kind: .rules, container: node.container.name, detail: $0)
      }
    }
  }

  /// Inspects several nodes in parallel, a few at a time.
  private func each(
    of nodes: [Member], _ look: @escaping @Sendable (Member) async throws -> [Residue]
  ) async throws -> [Residue] {
    try await withThrowingTaskGroup(of: [Residue].self) { group in
      var waiting = nodes[...]
      func next() {
        guard let node = waiting.popFirst() else { return }
        group.addTask { try await look(node) }
      }
      for _ in 0..<Self.looksAtOnce { next() }
      var found: [Residue] = []
      while let part = try await group.next() {
        found += part
        next()
      }
      return found.sorted { ($0.container, $0.detail) < ($1.container, $1.detail) }
    }
  }

  /// Removes objects that certainly belong to this suite and to no active run: rule tables that begin with `kvchaos_`,
  /// and helpers. The caller must hold the ledger and must have replayed it.
  ///
  /// - Returns: what is left.
  func sweep(_ residue: [Residue]) async -> [Residue] {
    var left: [Residue] = []
    for item in residue {
      do {
        switch item.kind {
        case .rules: try await engine.removeRuleTable(item.detail, in: item.container)
        case .helper: try await engine.removeHelper(item.container)
        case .inside: try await engine.removeLeftover(item.detail, in: item.container)
        case .paused, .down, .missing, .undo: left.append(item)
        }
      } catch {
        left.append(item)
      }
    }
    return left
  }
}
