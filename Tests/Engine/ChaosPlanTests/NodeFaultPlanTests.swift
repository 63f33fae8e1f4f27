import Faults
import Testing

@testable import ChaosPlan

/// Faults of a node's clock, disk and file descriptors.
@Suite struct NodeFaultPlanTests {
  private func text(_ fault: String, stack: String = "{}") -> String {
    """
    name: a
    description: Does it hold?
    stack: \(stack)
    workload: { kind: register, clients: 1, keys: 1 }
    faults:
      - \(fault)
        duration: 5s

    """
  }

  @Test(arguments: [
    ("clock: { tier: sql, role: leader, offset: 60s }", FaultAction(.clock, ["offset": .time(.seconds(60))])),
    ("clock: { tier: redis, offset: -90s }", FaultAction(.clock, ["offset": .time(.seconds(-90))])),
    ("clock: { tier: rabbitmq, drift: -5% }", FaultAction(.clock, ["drift": .real(-0.05)])),
    (
      "clock: { tier: worker, offset: 1m, drift: 10% }",
      FaultAction(.clock, ["offset": .time(.seconds(60)), "drift": .real(0.1)])
    ),
    ("disk-full: { tier: rabbitmq, role: leader }", FaultAction(.diskFull)),
    ("read-only: { tier: sql, role: leader }", FaultAction(.readOnly)),
    ("file-limit: { tier: proxy }", FaultAction(.fileLimit)),
    ("file-limit: { tier: redis, spare: 3 }", FaultAction(.fileLimit, ["spare": 3])),
  ])
  func everyKindIsRead(fault: String, action: FaultAction) throws {
    let plan = try PlanParser.parse(text(fault), path: "p.yml")
    #expect(plan.faults.flatMap(\.faults).map(\.action) == [action])
  }

  @Test(arguments: [
    ("clock: { tier: sql }", "`clock` needs an `offset`"),
    ("clock: { tier: sql, offset: 10ms }", "a duration of at least 1s"),
    ("clock: { tier: sql, offset: --5s }", "a duration of at least 1s"),
    ("clock: { tier: sql, drift: 0.05 }", "a percentage from 1% to 50%"),
    ("clock: { tier: sql, drift: 60% }", "a percentage from 1% to 50%"),
    ("clock: { tier: sql, ofset: 60s }", "did you mean `offset`?"),
    ("clock: { tier: etcd, offset: 60s }", "etcd is a Go program, which asks the kernel without the C library"),
    ("clock: { tier: all, offset: 60s }", "only with faults that every tier supports"),
    ("disk-full: { tier: api }", "`disk-full` cannot target `api`; it supports `redis`, `rabbitmq`, `sql`"),
    ("read-only: { tier: sql, mode: all }", "takes a majority down"),
    ("file-limit: { tier: worker }", "a worker accepts no connections"),
  ])
  func whatIsWrongIsNamed(fault: String, message: String) {
    let error = #expect(throws: PlanError.self) { try PlanParser.parse(text(fault), path: "p.yml") }
    #expect(error?.problems.first?.line == 6)
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }

  @Test(arguments: ["clock: { tier: sql, offset: 60s }", "disk-full: { tier: sql }", "read-only: { tier: sql }"])
  func cockroachIsOutOfReach(fault: String) throws {
    let error = #expect(throws: PlanError.self) {
      try PlanParser.parse(text(fault, stack: "{ sql: cockroach }"), path: "p.yml")
    }
    #expect(error?.description.hasPrefix("p.yml:3:8: ") == true, "\(error?.description ?? "")")
    // Where the flavour is only known when the stack is there, the run asks then.
    let plan = try PlanParser.parse(text(fault), path: "p.yml")
    #expect(plan.conflict(with: .cockroach)?.contains("CockroachDB is a Go program") == true)
    #expect(plan.conflict(with: .patroni) == nil)
  }

  @Test func otherTiersDoNotMindCockroach() throws {
    let plan = try PlanParser.parse(
      text("clock: { tier: redis, offset: 60s }", stack: "{ sql: cockroach }"), path: "p.yml")
    #expect(plan.conflict(with: .cockroach) == nil)
  }
}
