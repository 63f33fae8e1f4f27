#if PlantedBugs
  import KeyValueStore
  import Synchronization

  /// The table with the bugs of a worker that applies.
  struct PlantedApply: Table {
    /// By key, the latest wall-clock time of a command that was applied.
    private final class Times: Sendable {
      let newest = Mutex<[Key: Int64]>([:])
    }

    private let table: any Table
    private let times = Times()

    init(_ table: any Table) { self.table = table }

    func apply(_ commands: [Command], timeout: Duration) async -> ApplyOutcome {
      if PlantedBug.noOperationIDs.isPlanted { return await applyAgain(commands, timeout) }
      if PlantedBug.wallClockOrder.isPlanted { return await applyNewest(commands, timeout) }
      if PlantedBug.partialBatch.isPlanted, commands.count >= 4, let last = commands.last {
        guard case .committed(let results) = await table.apply(commands.dropLast(), timeout: timeout) else {
          return .notApplied(reason: "the first part was not committed")
        }
        return .committed(results + [AppliedCommand(command: last, version: 1, disposition: .applied)])
      }
      let outcome = await table.apply(commands, timeout: timeout)
      if PlantedBug.unknownAsCommitted.isPlanted, case .unknown = outcome { return Self.claimed(commands) }
      return outcome
    }

    /// Operations that were already applied are applied again, under another id.
    private func applyAgain(_ commands: [Command], _ timeout: Duration) async -> ApplyOutcome {
      let outcome = await table.apply(commands, timeout: timeout)
      guard case .committed(let results) = outcome else { return outcome }
      let known = results.filter { $0.disposition == .duplicate }.compactMap { result in
        result.command.renamed("~\(UInt32.random(in: 0...UInt32.max))")
      }
      if !known.isEmpty { _ = await table.apply(known, timeout: timeout) }
      return outcome
    }

    /// Drops commands that are older, by their APIs' clocks, than the latest command applied to their key.
    private func applyNewest(_ commands: [Command], _ timeout: Duration) async -> ApplyOutcome {
      let isNew = times.newest.withLock { newest in
        commands.map { command in
          guard command.acceptedAtMilliseconds >= newest[command.key] ?? .min else { return false }
          newest[command.key] = command.acceptedAtMilliseconds
          return true
        }
      }
      let kept = zip(commands, isNew).filter(\.1).map(\.0)
      if kept.isEmpty { return Self.claimed(commands) }
      guard case .committed(let applied) = await table.apply(kept, timeout: timeout) else {
        return .notApplied(reason: "the newest commands were not committed")
      }
      var rest = applied[...]
      return .committed(
        zip(commands, isNew).map { command, isNew in
          isNew ? rest.removeFirst() : AppliedCommand(command: command, version: 1, disposition: .applied)
        })
    }

    private static func claimed(_ commands: [Command]) -> ApplyOutcome {
      .committed(commands.map { AppliedCommand(command: $0, version: 1, disposition: .applied) })
    }

    func read(_ key: Key, consistency: ReadConsistency, timeout: Duration) async throws(TableUnavailable) -> Row? {
      try await table.read(key, consistency: consistency, timeout: timeout)
    }

    func keys(in range: KeyRange, limit: Int, timeout: Duration) async throws(TableUnavailable) -> [Key] {
      try await table.keys(in: range, limit: limit, timeout: timeout)
    }

    func operation(
      _ operation: OperationID, timeout: Duration
    ) async throws(TableUnavailable) -> OperationRecord? {
      try await table.operation(operation, timeout: timeout)
    }
  }
#endif
