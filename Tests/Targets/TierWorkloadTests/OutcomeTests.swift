import Endpoints
import History
import RedisClient
import SQLClient
import Testing
import Workload

@testable import AMQPClient
@testable import TierWorkload

/// Ok needs the tier's own acknowledgement, fail needs proof that nothing was done: everything else is unknown.
struct OutcomeTests {
  // MARK: Redis

  static let redisWrites: [(Result<[RedisReply], RedisError>, Int, Outcome)] = [
    (.success([.status("OK")]), 0, .ok),
    (.success([.integer(1)]), 0, .ok),
    (.success([.error("NOREPLICAS Not enough good replicas to write.")]), 0, .failed),
    (.success([.error("CLUSTERDOWN The cluster is down")]), 0, .failed),
    (.success([]), 0, .unknown),
    (.success([.status("OK"), .integer(1)]), 1, .ok),
    (.success([.status("OK"), .integer(2)]), 1, .ok),
    // The master has it, and no replica: it may be there later, or not.
    (.success([.status("OK"), .integer(0)]), 1, .unknown),
    (.success([.status("OK"), .error("UNBLOCKED force unblock from blocking operation")]), 1, .unknown),
    (.success([.status("OK")]), 1, .unknown),
    (.success([.error("READONLY You can't write against a read only replica."), .integer(1)]), 1, .failed),
    (.failure(RedisError(.unavailable, "no connection")), 0, .failed),
    (.failure(RedisError(.noRoute, "no node serves the slot")), 0, .failed),
    (.failure(RedisError(.connectionLost, "no reply within 2000 ms")), 0, .unknown),
    (.failure(RedisError(.unexpectedReply, "?")), 0, .unknown),
  ]

  @Test(arguments: redisWrites.indices) func aRedisWriteIs(_ index: Int) {
    let (result, replicas, outcome) = Self.redisWrites[index]
    #expect(RedisOutcome.ofWrite(result, replicas: replicas).outcome == outcome)
  }

  @Test func aRedisReadIs() {
    #expect(RedisOutcome.ofGet(.success([.null])) == Completion(.ok, value: .null))
    #expect(RedisOutcome.ofGet(.success([.bytes(Array("0.1".utf8))])) == Completion(.ok, value: .string("0.1")))
    #expect(RedisOutcome.ofGet(.success([.error("MASTERDOWN")])).outcome == .failed)
    #expect(RedisOutcome.ofGet(.failure(RedisError(.connectionLost, ""))).outcome == .unknown)
  }

  // MARK: RabbitMQ

  @Test func aPublishIs() {
    #expect(AMQPOutcome.of(AMQPPublishOutcome.confirmed).outcome == .ok)
    #expect(AMQPOutcome.of(AMQPPublishOutcome.notSent(reason: "returned")).outcome == .failed)
    #expect(AMQPOutcome.of(AMQPPublishOutcome.refused(reason: "full")).outcome == .unknown)
    #expect(AMQPOutcome.of(AMQPPublishOutcome.unknown(reason: "not confirmed in time")).outcome == .unknown)
  }

  @Test func aGetIs() {
    let delivery = AMQPDelivery(tag: 1, isRedelivered: false, replyTo: nil, body: Array("0.7".utf8))
    #expect(AMQPOutcome.of(AMQPSession.GetOutcome.message(delivery)) == Completion(.ok, value: .string("0.7")))
    #expect(AMQPOutcome.of(AMQPSession.GetOutcome.empty) == Completion(.ok, value: .null))
    #expect(AMQPOutcome.of(AMQPSession.GetOutcome.notSent(reason: "no connection")).outcome == .failed)
    #expect(AMQPOutcome.of(AMQPSession.GetOutcome.unknown(reason: "late")).outcome == .unknown)
  }

  // MARK: SQL

  @Test func aStatementIs() {
    #expect(SQLOutcome.of(.success([])).outcome == .ok)
    #expect(SQLOutcome.of(.failure(SQLError(.noneRetryable, "no connection"))).outcome == .failed)
    #expect(SQLOutcome.of(.failure(SQLError(.none, "insufficient funds"))).outcome == .failed)
    let late = SQLOutcome.of(.failure(SQLError(.unknown, "the server did not answer in time")))
    #expect(late == Completion(.unknown, error: "the server did not answer in time"))
  }

  @Test func aConflictIsTriedAgainAtTheSameNode() {
    func means(_ effect: SQLError.Effect, _ state: String?) -> Bool {
      SQLTierClient.meansAnotherNode(SQLError(effect, state: state.map { SQLState($0) }, ""))
    }
    #expect(!means(.noneRetryable, "40001") && !means(.none, nil))
    #expect(means(.noneRetryable, "25006") && means(.unknown, "57P01"))
    // No connection; no answer in time.
    #expect(means(.noneRetryable, nil) && means(.unknown, nil))
  }

  @Test func aSessionIsNoStandbysAndCommitsAsItsVariantSays() {
    func setUp(_ settings: ClientSettings) -> String { SQLTierClient.setUp(settings) }
    let node = HostPort(host: "172.30.87.41", port: 5_432)
    var settings = ClientSettings(
      tier: .sql, variant: .plain, workload: .register, nodes: [node], namespace: "c1", seed: 1)
    #expect(setUp(settings).contains("pg_is_in_recovery()"))
    #expect(setUp(settings).contains("synchronous_commit = 'on'"))
    settings.variant = .asynchronous
    #expect(setUp(settings).contains("synchronous_commit = 'local'"))
    settings.flavour = .cockroach
    #expect(!setUp(settings).contains("synchronous_commit"))
  }
}
