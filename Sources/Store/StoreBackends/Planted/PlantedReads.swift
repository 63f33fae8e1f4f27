#if PlantedBugs
  import KeyValueStore
  import SQLClient

  /// A table whose reads are answered by another source, as far as that has the key.
  struct PlantedReads: Table {
    let table: any Table
    let source: @Sendable (Key) async -> Row?

    func apply(_ commands: [Command], timeout: Duration) async -> ApplyOutcome {
      await table.apply(commands, timeout: timeout)
    }

    func read(_ key: Key, consistency: ReadConsistency, timeout: Duration) async throws(TableUnavailable) -> Row? {
      if consistency == .linearizable, let row = await source(key) { return row }
      return try await table.read(key, consistency: consistency, timeout: timeout)
    }

    func keys(in range: KeyRange, limit: Int, timeout: Duration) async throws(TableUnavailable) -> [Key] {
      try await table.keys(in: range, limit: limit, timeout: timeout)
    }

    func operation(
      _ operation: OperationID, timeout: Duration
    ) async throws(TableUnavailable) -> OperationRecord? {
      try await table.operation(operation, timeout: timeout)
    }

    /// Each SQL node directly, without the proxy that finds the leader; `nil` if they are not configured
    /// (`KV_PLANTED_SQL_NODES`). A connection uses one of them, which in two of three cases is a standby.
    static func standbys(_ configuration: Configuration) -> SQLTable? {
      guard let hosts = try? EnvironmentReader(systemEnvironment()).hosts("KV_PLANTED_SQL_NODES", defaultPort: 5432)
      else {
        return nil
      }
      var options = configuration.sqlOptions(role: "planted-follower")
      options.hosts = hosts
      // The barrier of a linearizable read writes, which a standby cannot do, so this is a plain read.
      return SQLTable(pool: SQLPool(options: options, size: 3), flavour: configuration.flavour)
    }
  }
#endif
