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
    ("isolate: { tier: sql, role: leader }", NetworkAction(effect: .isolate)),
    (
      "isolate: { tier: worker, peers: sql, direction: out }",
      NetworkAction(effect: .isolate, peers: .tier(.sql), direction: .outbound)
    ),
    ("partition: { tier: redis, shape: bridge }", NetworkAction(effect: .partition(.bridge), peers: .ownTier)),
    (
      "loss: { tier: redis, percent: 20, peers: own-tier, direction: in }",
      NetworkAction(effect: .loss(percent: 20), peers: .ownTier, direction: .inbound)
    ),
    ("reset: { tier: redis }", NetworkAction(effect: .reset(percent: 100))),
    (
      "latency: { tier: sql, delay: 100ms, jitter: 20ms }",
      NetworkAction(
        effect: .latency(delay: .milliseconds(100), jitter: .milliseconds(20)), direction: .outbound)
    ),
    (
      "bandwidth: { tier: rabbitmq, rate: 1.5mbit/s }",
      NetworkAction(effect: .bandwidth(bitsPerSecond: 1_500_000), direction: .outbound)
    ),
    ("dns-failure: { tier: proxy }", NetworkAction(effect: .nameResolution, direction: .outbound)),
  ])
  func everyKindIsRead(fault: String, action: NetworkAction) throws {
    let plan = try PlanParser.parse(text(fault), path: "p.yml")
    guard case .fault(let planned)? = plan.faults.first else {
      Issue.record("no fault was read")
      return
    }
    #expect(planned.action == .network(action))
  }

  @Test(arguments: [
    ("isolate: { tier: sql, peers: evryone }", "unknown peers `evryone`; did you mean `everyone`?"),
    ("isolate: { tier: sql, direction: inn }", "unknown direction `inn`; did you mean `in`?"),
    ("partition: { tier: redis, shape: halfs }", "unknown shape `halfs`; did you mean `halves`?"),
    ("partition: { tier: redis }", "`partition` has no `shape`"),
    ("partition: { tier: redis, shape: halves, role: master }", "it takes no `role`"),
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
