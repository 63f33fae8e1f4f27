import Foundation
import Stack
import Testing

extension Scenarios {
  /// What each mechanism behind the promises is for, on the real stack: each test fails when its mechanism is taken out
  /// (docs/contract.md).
  @Suite(.serialized) struct Contract {
    // MARK: the command log

    /// Single active consumer, no limit of deliveries, a replica on each broker.
    @Test(.timeLimit(.minutes(5))) func theQueuesAreWhatThePromisesNeed() async throws {
      let queues = try await StoreUnderTest().queues()
      #expect(queues.contains { $0.isOfCommands })
      #expect(queues.flatMap(\.lacks).isEmpty)
    }

    /// Without a quorum no broker confirms, and without a confirmation nothing is acknowledged.
    @Test(.timeLimit(.minutes(5))) func withoutAQuorumOfBrokersNothingIsAcknowledged() async throws {
      let store = try await StoreUnderTest()
      let brokers = try await store.stack.status().nodes.filter { $0.tier == .rabbitmq }
      let answers = try await store.withPaused(Array(brokers.suffix(2))) { try await store.puts(12) }
      #expect(answers.allSatisfy { [503, 504].contains($0.status) }, "\(answers.map(\.status))")
      #expect(answers.allSatisfy { $0.time < .seconds(7) })
      #expect(try await store.recovers())
    }

    /// A command that no queue takes comes back (`mandatory`); whatever is acknowledged is applied.
    @Test(.timeLimit(.minutes(5))) func aCommandThatNoQueueTakesIsRefused() async throws {
      let store = try await StoreUnderTest()
      let queue = try #require(try await store.queues().filter(\.isOfCommands).map(\.name).min())
      let deleted = try await store.management("DELETE", "/api/queues/%2F/\(queue)")
      #expect(deleted.status == 204)
      let answers = try await store.puts(40)
      // The migration makes it again.
      try await store.stack.engine.start(container: "\(store.stack.configuration.project)-migrate")
      #expect(answers.contains { $0.status == 503 })
      #expect(answers.contains { $0.status == 200 })
      for (number, answer) in answers.enumerated() where answer.status == 200 {
        #expect(try await store.isRecorded("\(store.prefix)-\(number)"), "acknowledged, but not applied")
      }
      // The workers find the new queue too.
      let isBack = try await store.holds(within: .seconds(60)) {
        try await store.puts(40, ack: "committed").allSatisfy { $0.status == 200 }
      }
      #expect(isBack)
    }

    /// Another number of partitions would have a key change its queue: there are no such queues, and the service ends
    /// by itself.
    @Test(.timeLimit(.minutes(5)))
    func aServiceWithAnotherNumberOfPartitionsEnds() async throws {
      let store = try await StoreUnderTest()
      let status = try await store.stack.status()
      let worker = try #require(status.nodes.first { $0.tier == .worker })
      let answer = try await store.exec(
        worker.container, ["timeout", "15", "kv-worker"], environment: ["KV_PARTITIONS=7", "KV_METRICS_PORT=9465"])
      #expect(answer.contains("KV_PARTITIONS is 7") && answer.contains("kvchaos down"), "\(answer)")
      let names = try await store.queues().filter(\.isOfCommands).map(\.name)
      #expect(!names.isEmpty && names.allSatisfy { $0.hasPrefix("kv.commands.\(names.count).") }, "\(names)")
      #expect(try await store.recovers())
    }

    /// Garbage in every command queue goes to the dead letters with its reason; the commands behind it are applied.
    @Test(.timeLimit(.minutes(5))) func aPoisonMessageBlocksNobody() async throws {
      let store = try await StoreUnderTest()
      let before = try #require(await store.stack.deadLetters()).count
      let names = try await store.queues().map(\.name).filter { $0.hasPrefix("kv.commands.") }
      for name in names {
        let answer = try await store.management(
          "POST", "/api/exchanges/%2F/amq.default/publish",
          body: """
            {"properties": {"delivery_mode": 2}, "routing_key": "\(name)", "payload": "CQk=", "payload_encoding": "base64"}
            """)
        #expect(answer.text.contains("true"), "\(answer.text)")
      }
      let answers = try await store.puts(40, ack: "committed")
      #expect(answers.allSatisfy { $0.status == 200 }, "\(answers.map(\.status))")
      let areCounted = try await store.holds(within: .seconds(30)) {
        await store.stack.deadLetters()?.count == before + names.count
      }
      #expect(areCounted)
      let letters = try #require(await store.stack.deadLetters())
      #expect(letters.newest.first?.reason.contains("wire version 9") == true, "\(letters)")
      #expect(letters.newest.first?.queue.hasPrefix("kv.commands.") == true)
      // No others are thrown away.
      if before == 0 { _ = try await store.management("DELETE", "/api/queues/%2F/kv.dead-letters/contents") }
    }

    /// A broker that runs out of memory or disk takes nothing: writes are refused soon, reads go on, and nothing is
    /// left over.
    @Test(
      .timeLimit(.minutes(5)),
      arguments: [
        ["set_vm_memory_high_watermark", "absolute", "1MB"], ["set_disk_free_limit", "1000GB"],
      ]) func brokersThatTakeNothingRefuseInTime(_ command: [String]) async throws
    {
      let store = try await StoreUnderTest()
      _ = try await store.put("read", "v", ack: "committed")
      try await store.withAlarm(command) {
        // The first commands after the alarm may be under way; from some moment on all are refused in time.
        #expect(try await store.refusesAllWrites())
        let late = try await store.puts(60).filter { !$0.isPromptRefusal }.map { ($0.status, $0.time) }
        #expect(late.isEmpty, "\(late)")
        #expect(try await store.get("read").status == 200)
        #expect(try await store.get("read", read: "linearizable").status == 200)
      }
      #expect(try await store.recovers())
    }

    /// A broker whose connections to the others broke still tells them its alarms: publishers are held up wherever they
    /// are connected. RabbitMQ alone forgets which brokers to notify.
    @Test(.timeLimit(.minutes(5))) func aBrokerThatWasCutOffTellsItsAlarms() async throws {
      let store = try await StoreUnderTest()
      let broker = "\(store.stack.configuration.project)-rabbitmq-2"
      let cut = "length([erlang:disconnect_node(Node) || Node <- nodes()])."
      #expect(try await store.exec(broker, ["rabbitmqctl", "-q", "eval", cut], mustSucceed: true) == "2\n")
      try await store.withAlarm(["set_vm_memory_high_watermark", "absolute", "1MB"]) {
        let areRefused = try await store.refusesAllWrites()
        #expect(areRefused)
      }
      #expect(try await store.recovers())
    }

    /// An API that refuses speaks for itself only: where another one was tried before it, the outcome is unknown.
    @Test(.timeLimit(.minutes(5))) func aRefusalAfterAnotherAPIWasTriedIsUnknown() async throws {
      let store = try await StoreUnderTest()
      let nginx = "\(store.stack.configuration.project)-nginx"
      let list = "/run/kvchaos/api.conf"
      let before = try await store.exec(nginx, ["cat", list], mustSucceed: true)
      let one = try #require(before.split(separator: "\n").first)
      let write = ["sh", "-c", #"printf '%s\n' "$LIST" >\#(list) && exec nginx -s reload"#]
      try await store.withAlarm(["set_vm_memory_high_watermark", "absolute", "1MB"]) {
        #expect(try await store.refusesAllWrites())
        // No program listens at the discard port: an API that has just died.
        try await store.exec(
          nginx, write, environment: ["LIST=server 127.0.0.1:9 max_fails=0;\n\(one)"], mustSucceed: true)
        let isUnknown = try await store.holds(within: .seconds(10)) {
          let answer = try await store.put("k", "v")
          #expect([503, 504].contains(answer.status))
          return answer.status == 504 && answer.response.text.contains("\"outcome\":\"unknown\"")
        }
        #expect(isUnknown)
        try await store.exec(nginx, write, environment: ["LIST=\(before)"], mustSucceed: true)
      }
      #expect(try await store.recovers())
    }

    // MARK: the table

    /// A leader without a standby: reads that must be fresh and commits are not answered, and told so in time.
    @Test(.timeLimit(.minutes(5))) func withoutAStandbyNothingIsCommittedOrReadAsLinearizable() async throws {
      let store = try await StoreUnderTest()
      let status = try await store.stack.status()
      #expect(try await store.put("k", "old", ack: "committed").status == 200)
      let standbys = status.nodes.filter { $0.tier == .sql && !$0.roles.contains(.leader) }
      #expect(standbys.count == 2)
      let operation = "\(store.prefix)-cancelled"
      // PostgreSQL needs a standby for every such read. CockroachDB's leaseholder may answer by itself for as long as
      // its lease lasts: meanwhile no other node can commit.
      let hasLeases = status.flavour == .cockroach
      try await store.withPaused(standbys) {
        async let write = store.put("k", "new", ack: "committed", operation: operation)
        let areRefused = try await store.holds(within: hasLeases ? .seconds(20) : .zero) {
          let reads = try await store.all(60) { _ in try await store.get("k", read: "linearizable") }
          let wrong = reads.filter { read in
            !read.isPromptRefusal && !(hasLeases && read.status == 200 && read.response.text.contains("old"))
          }
          #expect(wrong.isEmpty, "\(wrong.map { ($0.status, $0.time) })")
          return reads.allSatisfy { $0.isPromptRefusal }
        }
        #expect(areRefused)
        #expect(try await store.get("k").status == 200)
        #expect(try await store.put("other", "v").status == 200)
        if status.flavour == .patroni {
          // PostgreSQL answers a commit whose wait was cancelled with success, and a warning.
          let cancelled = try await store.sql(
            "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE \(try waits(store, "WORKER"))")
          #expect(Int(cancelled.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0 > 0, "\(cancelled)")
        }
        let written = try await write
        #expect(written.status == 504)
        if status.flavour == .patroni {
          // Such a wait ends by nothing but the standby: reads that were given up would use up the server's
          // connections.
          let sessions = try await store.sql(
            """
            SELECT count(*) > 0, count(*) FILTER (WHERE query_start < now() - INTERVAL '8 s')
            FROM pg_stat_activity WHERE \(try waits(store, "API"))
            """)
          #expect(sessions == "t|0\n")
        }
      }
      // The unknown write was applied once, by whichever attempt.
      #expect(try await store.isRecorded(operation, within: .seconds(40)))
      #expect(try await store.recovers())
      let row = try await store.get("k", read: "linearizable")
      #expect(row.response.text.contains("new"))
      #expect(row.response.header("ETag") == "\"2\"")
    }

    /// Which sessions of a service's user wait for a standby, as a condition on `pg_stat_activity`.
    private func waits(_ store: StoreUnderTest, _ service: String) throws -> String {
      "wait_event = 'SyncRep' AND usename = '\(try store.secret("KV_SQL_\(service)_USER"))'"
    }

    /// Old records of operations are removed by age; the young ones are not.
    @Test(.timeLimit(.minutes(5))) func oldOperationRecordsAreRemoved() async throws {
      let store = try await StoreUnderTest()
      let made = try await store.sql(
        """
        INSERT INTO operations (operation, key, version, epoch)
        SELECT '\(store.prefix)-old-' || n::TEXT, 'k'::BYTEA, n, -1000000 FROM generate_series(1, 2500) n RETURNING version
        """)
      #expect(made.split(separator: "\n").count == 2500, "\(made.prefix(300))")
      let old = "SELECT count(*) FROM operations WHERE operation LIKE '\(store.prefix)-old-%'"
      let operation = "\(store.prefix)-young"
      #expect(try await store.put("k", "v", ack: "committed", operation: operation).status == 200)
      let areGone = try await store.holds(within: .seconds(150)) {
        try await store.sql(old) == "0\n"
      }
      #expect(areGone)
      #expect(try await store.isRecorded(operation))
    }

    // MARK: the cache

    /// The cache takes no version that is older than what it has, and a delete leaves a tombstone with its version.
    @Test(.timeLimit(.minutes(5))) func theCacheNeverGoesBack() async throws {
      let store = try await StoreUnderTest()
      let name = "kv:\(store.prefix)-k"
      #expect(try await store.put("k", "one", ack: "committed").status == 200)
      #expect(try await store.redis("HGET", name, "v") == "1\n")
      #expect(try await store.delete("k").status == 200)
      #expect(try await store.redis("HMGET", name, "v", "d") == "2\n\n")
      // P4: no entry outlives its time.
      let left = try await store.redis("HPTTL", name, "FIELDS", "2", "v", "o").split(separator: "\n").map {
        Int($0) ?? -1
      }
      #expect(left.count == 2 && left.allSatisfy((1...60_000).contains), "\(left)")
      // As if a newer version had come first.
      _ = try await store.redis("HSET", name, "v", "9", "o", "newer", "d", "nine")
      #expect(try await store.put("k", "three", ack: "committed").status == 200)
      #expect(try await store.get("k").response.text.contains("nine"))
      #expect(try await store.get("k", read: "linearizable").response.text.contains("three"))
      _ = try await store.redis("DEL", name)
    }

    /// Without any Redis reads are slower, not wrong.
    @Test(.timeLimit(.minutes(5))) func readsWithoutTheCacheAreRight() async throws {
      let store = try await StoreUnderTest()
      let nodes = try await store.stack.status().nodes.filter { $0.tier == .redis }
      #expect(nodes.count == 6)
      for number in 0..<20 {
        #expect(try await store.put("k\(number)", "old-\(number)", ack: "committed").status == 200)
        #expect(try await store.get("k\(number)").response.text.contains("old-\(number)"))
      }
      try await store.withPaused(nodes) {
        for number in 0..<20 {
          #expect(try await store.put("k\(number)", "new-\(number)", ack: "committed").status == 200)
          for read in ["cache", "linearizable"] {
            let answer = try await store.get("k\(number)", read: read)
            #expect(answer.status == 200 && answer.response.text.contains("new-\(number)"), "\(answer.response.text)")
            #expect(answer.time < .seconds(2))
          }
        }
      }
    }

    // MARK: rights

    /// The services' users may do what they need, and no more.
    @Test(.timeLimit(.minutes(5))) func theServicesHaveTheLeastRights() async throws {
      let store = try await StoreUnderTest()
      let answer = try await store.management(
        "GET", "/api/overview", user: "KV_AMQP_USER", password: "KV_AMQP_PASSWORD")
      #expect(answer.status == 401)
      let redis = { (words: [String]) in
        try await store.exec(
          "\(store.stack.configuration.project)-redis-1",
          ["redis-cli", "-c", "--user", try store.secret("KV_REDIS_SERVICE_USER")] + words,
          environment: ["REDISCLI_AUTH=\(try store.secret("KV_REDIS_SERVICE_PASSWORD"))"])
      }
      #expect(try await redis(["PING"]) == "PONG\n")
      for words in [["FLUSHALL"], ["CONFIG", "GET", "*"], ["HGET", "other", "v"], ["KEYS", "*"], ["ACL", "LIST"]] {
        #expect(try await redis(words).contains("NOPERM"), "\(words)")
      }
      for (who, statement) in [
        ("API", "INSERT INTO entries (key, version, operation) VALUES ('x', 1, 'x')"),
        ("API", "DELETE FROM operations"),
        ("API", "CREATE TABLE mine ()"), ("WORKER", "CREATE TABLE mine ()"), ("WORKER", "DROP TABLE operations"),
        ("WORKER", "TRUNCATE entries"), ("WORKER", "INSERT INTO schema_versions (version) VALUES (99)"),
        ("WORKER", "ALTER TABLE entries ADD COLUMN mine TEXT"),
      ] {
        let said = try await store.sql(statement, user: "KV_SQL_\(who)_USER", password: "KV_SQL_\(who)_PASSWORD")
        // Insufficient privilege.
        #expect(said.contains("42501"), "\(who): \(statement): \(said)")
      }
      let read = try await store.sql(
        "SELECT 0 * count(*) FROM entries", user: "KV_SQL_API_USER", password: "KV_SQL_API_PASSWORD")
      // After it CockroachDB's client may say what it thinks of the way it was called.
      #expect(read.hasPrefix("0\n"), "\(read)")
    }
  }
}
