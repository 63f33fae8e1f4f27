import Consistency
import Testing

@testable import CapLedger

/// The common claims, held against what was measured.
@Suite struct CapClaimTests {
  private static let names = [
    "redis": "Redis Cluster is CP, with synchronous replication", "rabbitmq": "RabbitMQ with quorum queues is AP",
    "cockroach": "CockroachDB is CP", "whole": "the whole favours consistency for persistent data",
  ]

  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var claim: String
    var cells: [CapCell]
    var answer: CapClaim.Answer
    var because: String?
    var testDescription: String { name }
  }

  private static func store(
    _ variant: String, lost: Int = 0, stale: Int = 0, minority: Double = 0, linearizable: Verdict = .holds
  ) -> CapCell {
    .example(
      tier: "store", variant: variant, lost: lost, stale: stale, minority: minority, linearizable: linearizable)
  }

  static let cases = [
    Case(
      name: "a master loses what it acknowledged", claim: "redis",
      cells: [.example(), .example(fault: "master-killed", isPartition: false, lost: 4)], answer: .refuted,
      because: "4 of 100 acknowledged writes lost in register, master-killed; the label is neither"),
    Case(
      name: "nothing lost, and refused", claim: "redis", cells: [.example()], answer: .holds, because: "measured: CP"),
    Case(
      name: "the variant with WAIT says nothing of the plain one", claim: "redis", cells: [.example(variant: "wait-1")],
      answer: .notMeasured, because: "no cell"),
    Case(
      name: "a cache that is empty after a restart of all says nothing of replication", claim: "redis",
      cells: [.example(fault: "all-down", isPartition: false, lost: 100)], answer: .notMeasured),
    Case(
      name: "a minority of brokers that refuses", claim: "rabbitmq",
      cells: [.example(tier: "rabbitmq", workload: .queue)],
      answer: .refuted, because: "measured: CP"),
    Case(
      name: "brokers that serve on both sides", claim: "rabbitmq",
      cells: [.example(tier: "rabbitmq", workload: .queue, minority: 1)], answer: .holds),
    Case(
      name: "Patroni is no CockroachDB", claim: "cockroach", cells: [.example(tier: "sql")], answer: .notMeasured,
      because: "no cell ran on CockroachDB; Patroni in its place is CP"),
    Case(
      name: "CockroachDB itself", claim: "cockroach", cells: [.example(tier: "sql", flavour: "cockroach")],
      answer: .holds),
    Case(
      name: "CockroachDB that loses", claim: "cockroach", cells: [.example(tier: "sql", flavour: "cockroach", lost: 1)],
      answer: .refuted),
    Case(
      name: "persistent data stay, a cache is stale", claim: "whole",
      cells: [store("committed-linearizable"), store("queued-cache", stale: 5, minority: 1, linearizable: .violated)],
      answer: .holds, because: "of 200 acknowledged writes of all levels none is lost; cached reads were stale 5 times"),
    Case(
      name: "a queued write that is gone", claim: "whole",
      cells: [store("committed-linearizable"), store("queued-cache", lost: 2)], answer: .refuted,
      because: "2 of 100 acknowledged writes lost in queued-cache"),
    Case(
      name: "a stale linearizable read", claim: "whole",
      cells: [store("committed-linearizable", stale: 1, linearizable: .violated)], answer: .refuted),
    Case(
      name: "one flavour that is not", claim: "whole",
      cells: [
        store("committed-linearizable"),
        .example(
          tier: "store", variant: "committed-linearizable", flavour: "cockroach", stale: 1, linearizable: .violated),
      ], answer: .refuted, because: "on cockroach"),
    Case(name: "without the committed level", claim: "whole", cells: [store("queued-cache")], answer: .notMeasured),
  ]

  @Test(arguments: cases) func aClaimIsHeldAgainstWhatWasMeasured(_ example: Case) throws {
    let claim = try #require(Ledger(example.cells).claims.first { $0.claim == Self.names[example.claim] })
    #expect(claim.answer == example.answer)
    if let because = example.because { #expect(claim.because.contains(because), "\(claim.because)") }
  }

  @Test func nothingMeasuredClaimsNothing() {
    #expect(Ledger([]).claims.map(\.answer) == [.notMeasured, .notMeasured, .notMeasured, .notMeasured])
  }

  @Test func aRemedyStandsBesideWhatItIsFor() throws {
    let cells: [CapCell] = [
      .example(fault: "split"), .example(variant: "wait-1"), .example(lost: 4), .example(variant: "wait-1", fault: "x"),
      .example(tier: "rabbitmq", variant: "classic-queue", workload: .queue),
    ]
    let wait = try #require(CapRemedy.all.first { $0.with == "wait-1" }).pairs(cells)
    #expect(wait.map { $0.with?.fault } == ["master-isolated", "x"])
    #expect(wait.map { $0.without?.lostWrites } == [4, nil])
    // Of another workload where it was not measured in the same.
    let other = try #require(CapRemedy.all.first { $0.without == "asynchronous" }).pairs([
      .example(tier: "sql", variant: "asynchronous", workload: .set),
      .example(tier: "sql", workload: .register, lost: 7),
      .example(tier: "sql", workload: .set, fault: "split"),
    ])
    #expect(other.map { $0.with?.lostWrites } == [7])
    let quorum = try #require(CapRemedy.all.first { $0.without == "classic-queue" }).pairs(cells)
    #expect(quorum.count == 1 && quorum[0].with == nil)
  }
}
