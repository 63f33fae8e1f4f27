import Faults
import Testing

@testable import ChaosPlan

@Suite struct NetworkPlanTests {
  private func text(_ fault: String) -> String {
    """
    name: a
    description: Does it hold?
    workload: { kind: register, clients: 1, keys: 1 }
    faults:
      - \(fault)
        duration: 5s

    """
  }

  @Test(arguments: [
    ("isolate: { tier: sql, role: leader }", FaultAction(.isolate)),
    (
      "isolate: { tier: worker, peers: sql, direction: out }",
      FaultAction(.isolate, ["peers": "sql", "direction": "out"])
    ),
    ("partition: { tier: redis, shape: bridge }", FaultAction(.partition, ["shape": "bridge"])),
    (
      "partition: { tier: sql, shape: halves, minority: leader, with: [etcd, proxy, api] }",
      FaultAction(.partition, ["shape": "halves", "minority": "leader", "with": ["etcd", "proxy", "api"]])
    ),
    (
      "loss: { tier: redis, percent: 20, peers: own-tier, direction: in }",
      FaultAction(.loss, ["percent": 20, "peers": "own-tier", "direction": "in"])
    ),
    ("reset: { tier: redis }", FaultAction(.reset, ["percent": 100])),
    (
      "latency: { tier: sql, delay: 100ms, jitter: 20ms }",
      FaultAction(.latency, ["delay": .time(.milliseconds(100)), "jitter": .time(.milliseconds(20))])
    ),
    ("bandwidth: { tier: rabbitmq, rate: 1.5mbit/s }", FaultAction(.bandwidth, ["rate": 1_500_000])),
    ("dns-failure: { tier: proxy }", FaultAction(.dnsFailure)),
  ])
  func everyKindIsRead(fault: String, action: FaultAction) throws {
    let plan = try PlanParser.parse(text(fault), path: "p.yml")
    #expect(plan.faults.flatMap(\.faults).map(\.action) == [action])
  }

  @Test func aSideIsThatOfAPartition() throws {
    let kill = "kill: { tier: api, side: minority }"
    let error = #expect(throws: PlanError.self) { try PlanParser.parse(text(kill), path: "p.yml") }
    #expect(
      error?.description
        == "p.yml:5:3: `kill api on the minority's side` strikes on a side of a partition, but the plan has no `partition`"
    )
    let both = text(kill) + "  - partition: { tier: rabbitmq, shape: halves, with: [api] }\n    duration: 5s\n"
    let plan = try PlanParser.parse(both, path: "p.yml")
    #expect(plan.faults.flatMap(\.faults).first?.selector == Selector(tier: .api, side: .minority))
  }

  @Test(arguments: [
    ("isolate: { tier: sql, peers: evryone }", "unknown peers `evryone`; did you mean `everyone`?"),
    ("isolate: { tier: sql, direction: inn }", "unknown direction `inn`; did you mean `in`?"),
    ("partition: { tier: redis, shape: halfs }", "unknown shape `halfs`; did you mean `halves`?"),
    ("partition: { tier: redis }", "`partition` has no `shape`"),
    ("partition: { tier: redis, shape: halves, role: master }", "it takes no `role`"),
    ("partition: { tier: redis, shape: halves, side: minority }", "it takes no `side`"),
    ("partition: { tier: redis, shape: halves, minority: leader }", "no node of `redis` is ever a `leader`"),
    ("partition: { tier: redis, shape: halves, with: redis }", "`with` must be a list of tiers"),
    ("partition: { tier: redis, shape: halves, with: [redis] }", "`redis` is already divided"),
    ("partition: { tier: redis, shape: halves, with: [apy] }", "unknown tier `apy`; did you mean `api`?"),
    ("partition: { tier: redis, shape: majorities-ring, with: [api] }", "a `majorities-ring` has no sides"),
    ("isolate: { tier: redis, side: minorty }", "unknown side `minorty`; did you mean `minority`?"),
    ("loss: { tier: redis, percent: 100 }", "a whole number from 1 to 99"),
    ("loss: { tier: redis }", "`loss` has no `percent`"),
    ("latency: { tier: redis, delay: 10ms, jitter: 20ms }", "`jitter` is more than `delay`"),
    ("latency: { tier: redis, delay: 1m }", "from `1ms` to `10s`"),
    ("bandwidth: { tier: redis, rate: 5 }", "bits a second with the unit"),
    ("bandwidth: { tier: redis, rate: 1kbit/s }", "bits a second with the unit"),
  ])
  func whatIsWrongIsNamedWithItsLine(fault: String, message: String) {
    let error = #expect(throws: PlanError.self) { try PlanParser.parse(text(fault), path: "p.yml") }
    #expect(error?.problems.first?.line == 5)
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }
}
