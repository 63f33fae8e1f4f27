import ChaosPlan
import Consistency
import DockerEngine
import Foundation
import HTTPClient
import Orchestrator
import Report
import Stack
import Synchronization
import TestSupport
import Testing
import Workload

extension Scenarios {
  /// Data is destroyed by hand in the middle of a run: the verdict must be false, and name the lost writes. This is the
  /// test that the suite can see.
  @Suite(.serialized) struct Sabotage {
    /// Short patience: what was purged does not come.
    private static let settlement = Settlement.Limits(stall: .seconds(6), convergence: .seconds(4))

    @Test(.timeLimit(.minutes(6))) func aPurgedQueueIsSeen() async throws {
      let result = try await run(
        """
        name: sabotage-purge
        description: Is it detected when the command queues are purged while no worker runs?
        workload: { kind: register, clients: 8, keys: 8, fresh-key-share: 0.5, read-share: 0.2, rate: 80/s }
        steady-state: { before: 3s, after: 3s }
        safety: { allow-majority-loss: true }
        faults:
          - kill: { tier: worker, mode: all }
            duration: 8s

        """, at: .faults, after: .seconds(5)
      ) { stack in
        try await purgeCommandQueues(of: stack)
        return []
      }
      try expectLoss(in: result)
      // What was acknowledged is in no tier any more, and the report says so.
      #expect(
        result.report.lostWrites.allSatisfy { write in
          write.evidence.contains("SQL: its record of applied operations does not have it")
        })
    }

    @Test(.timeLimit(.minutes(6))) func deletedRowsAreSeen() async throws {
      let deleted = Mutex<[String]>([])
      let result = try await run(
        """
        name: sabotage-delete
        description: Is it detected when rows are deleted from SQL?
        stack: { sql: auto }
        workload: { kind: register, clients: 8, keys: 8, fresh-key-share: 0.5, read-share: 0.2, rate: 80/s }
        steady-state: { before: 5s, after: 4s }
        faults: []

        """, at: .steadyAfter, after: .seconds(2)
      ) { stack in
        let keys = try await deleteRows(of: stack)
        deleted.withLock { $0 = keys }
        return keys
      }
      try expectLoss(in: result)
      let keys = deleted.withLock { $0 }
      #expect(keys.count == 5)
      #expect(Set(result.report.lostWrites.map(\.key)) == Set(keys))
      #expect(
        result.report.lostWrites.allSatisfy { write in
          write.evidence.contains("SQL: the key's row reads absent")
        })
    }

    private func expectLoss(in result: RunResult) throws {
      let text = TextReport(result.report, folder: result.folder).text
      #expect(result.exitStatus == 1, "\(text)")
      #expect(result.report[check: "lost-writes"]?.verdict == .violated, "\(text)")
      #expect(!result.report.lostWrites.isEmpty)
      let first = try #require(result.report.lostWrites.first)
      #expect(text.contains(first.operation))
      #expect(first.operation.hasPrefix(result.report.run.namespace))
    }

    /// Purges every command queue through RabbitMQ's management API, as a user would in its user interface.
    private func purgeCommandQueues(of stack: Stack) async throws {
      let secrets = try String(contentsOfFile: stack.configuration.secretsFile, encoding: .utf8)
      func secret(_ name: String) throws -> Substring {
        try #require(secrets.split(separator: "\n").first { $0.hasPrefix("\(name)=") }).dropFirst(name.count + 1)
      }
      let credentials = try "\(secret("KV_RABBITMQ_USER")):\(secret("KV_RABBITMQ_PASSWORD"))"
      let http = HTTPClient()
      defer { http.shutdown() }
      let headers = [("Authorization", "Basic \(Data(credentials.utf8).base64EncodedString())")]
      let port = try #require(await stack.managementPorts().first)
      let queues = "http://127.0.0.1:\(port)/api/queues/%2F"
      struct Queue: Decodable { var name: String }
      let listed = try await http.send(HTTPRequest(method: "GET", url: queues, headers: headers))
      let names = try JSONDecoder().decode([Queue].self, from: Data(listed.body)).map(\.name)
        .filter { $0.hasPrefix("kv.commands.") }
      #expect(!names.isEmpty)
      for name in names {
        let response = try await http.send(
          HTTPRequest(method: "DELETE", url: "\(queues)/\(name)/contents", headers: headers))
        #expect(response.status == 204)
      }
    }

    /// Deletes the five newest rows of fresh keys, which are never written again.
    private func deleteRows(of stack: Stack) async throws -> [String] {
      let status = try await stack.status()
      let leader = try #require(status.nodes.first { $0.tier == .sql && $0.roles.contains(.leader) })
      let statement = """
        DELETE FROM entries WHERE key IN (SELECT key FROM entries WHERE convert_from(key, 'UTF8') LIKE '%.fresh.%' \
        ORDER BY updated_at DESC LIMIT 5) RETURNING convert_from(key, 'UTF8')
        """
      let command =
        switch status.flavour {
        case .patroni:
          #"PGPASSWORD="$KV_SQL_PASSWORD" psql -qAt -h "$(hostname -i)" -U "$KV_SQL_USER" -d kv -c "$STATEMENT""#
        case .cockroach:
          #"/cockroach/cockroach sql -d kv --format=tsv -e "$STATEMENT" | tail -n +2"#
        }
      let answer = try await stack.engine.exec(
        leader.container, ["sh", "-c", command], environment: ["STATEMENT=\(statement)"], timeout: .seconds(20))
      #expect(answer.exitCode == 0, "\(answer.error)")
      return answer.output.split(separator: "\n").map(String.init)
    }

    /// Runs a plan, and does the deed this long after a phase began.
    private func run(
      _ text: String, at phase: RunPhase, after delay: Duration,
      deed: @escaping @Sendable (Stack) async throws -> [String]
    ) async throws -> RunResult {
      let plan = try PlanParser.parse(text, path: "sabotage.yml", target: StoreTarget.forPlans)
      let stack = Stack(try Laboratory.configuration())
      let (begins, starter) = AsyncStream<Void>.makeStream()
      async let deeds: [String] = {
        for await _ in begins {
          try await Task.sleep(for: delay)
          return try await deed(stack)
        }
        return []
      }()
      let result = try await Laboratory.run(
        PlanFile(path: "sabotage.yml", text: text, plan: plan), settlement: Self.settlement
      ) { reached in
        if reached == phase { starter.yield() }
        if reached == .verdict { starter.finish() }
      }
      starter.finish()
      _ = try await deeds
      return result
    }
  }
}
