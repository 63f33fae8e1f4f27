import Testing

@testable import ChaosPlan

/// What a plan is on a flavour of the SQL tier: other limits, fewer random faults, or nothing at all.
@Suite struct FlavourTests {
  private func plan(
    _ faults: String, stack: String = "{}", expect: String = "{}"
  ) throws -> Plan {
    try PlanParser.parse(
      """
      name: a
      description: Does it hold?
      stack: \(stack)
      workload: { kind: register, clients: 1, keys: 1 }
      faults: \(faults)
      expect: \(expect)

      """, path: "p.yml")
  }

  @Test(arguments: [
    ("[{ kill: { tier: etcd, role: leader }, duration: 5s }]", "`kill` cannot strike `etcd` on CockroachDB"),
    ("[{ partition: { tier: etcd, shape: bridge }, duration: 5s }]", "`partition` cannot strike `etcd` on CockroachDB"),
    ("[{ isolate: { tier: sql, role: leader, peers: etcd }, duration: 5s }]", "there is no etcd"),
    ("[{ disk-full: { tier: sql, role: leader }, duration: 5s }]", "CockroachDB is a Go program"),
    (
      "[{ random: { for: 9s, interval: 3s, faults: [{ clock: { tier: sql, offset: 9s }, duration: 1s }] } }]",
      "CockroachDB is a Go program"
    ),
  ])
  func whatAFlavourCannotDoIsAConflict(faults: String, words: String) throws {
    let plan = try plan(faults)
    #expect(plan.conflict(with: .cockroach)?.contains(words) == true)
    #expect(plan.conflict(with: .patroni) == nil)
    #expect(plan.conflict(with: nil) == nil)
  }

  @Test(arguments: SQLFlavour.allCases) func aPlanAboutOneFlavourIsNoneOfTheOther(_ own: SQLFlavour) throws {
    let plan = try plan("[{ kill: { tier: sql }, duration: 5s }]", stack: "{ sql: \(own.rawValue) }")
    #expect(plan.conflict(with: own) == nil)
    #expect(plan.conflict(with: own.other)?.contains("the plan is about \(own.title)") == true)
  }

  /// Along with other tiers a missing etcd does not matter.
  @Test func whatIsDividedAlongNeedNotBeThere() throws {
    let plan = try plan("[{ partition: { tier: sql, shape: halves, with: [etcd, api] }, duration: 5s }]")
    #expect(plan.conflict(with: .cockroach) == nil)
  }

  @Test func randomFaultsThatCannotStrikeAreLeftOut() throws {
    let plan = try plan(
      """
      [{ random: { for: 9s, interval: 3s, faults: [
        { clock: { tier: sql, offset: 9s }, duration: 1s }, { kill: { tier: sql }, duration: 1s },
        { clock: { tier: redis, offset: 9s }, duration: 1s } ] } }]
      """)
    #expect(plan.conflict(with: .cockroach) == nil)
    let (suited, leftOut) = plan.suited(to: .cockroach)
    #expect(suited.faults.flatMap(\.faults).map(\.label) == ["kill sql", "clock redis"])
    #expect(leftOut.count == 1)
    #expect(plan.suited(to: .patroni).plan == plan)
  }

  private static let limits = """
    { recovery: "<= 10s", availability: { during: ">= 90%", after: ">= 99%" }, flavours: { cockroach: { because: a commit is two \
    round trips, recovery: "<= 20s", availability: { during: ">= 50%" } } } }
    """

  @Test func aFlavourHasItsOwnLimits() throws {
    let plan = try plan("[{ kill: { tier: sql }, duration: 5s }]", expect: Self.limits)
    #expect(plan.expect.recoveryMaximum == .seconds(10))
    let expect = plan.suited(to: .cockroach).plan.expect
    #expect(expect.recoveryMaximum == .seconds(20))
    #expect(expect.availability == Expectations.Availability(duringMinimum: 0.5, afterMinimum: 0.99))
    #expect(expect.because == "on CockroachDB: a commit is two round trips")
    let other = plan.suited(to: .patroni).plan.expect
    #expect(other.recoveryMaximum == .seconds(10))
    #expect(other.because == nil)
  }

  /// No flavour may lose more than another, and a limit needs a reason.
  @Test(arguments: [
    (#"{ recovery: "<= 20s" }"#, "has no `because`"),
    ("{ because: x, lost-writes: 3 }", "unknown word"),
  ])
  func whatIsNoLimitIsRefused(limits: String, message: String) {
    let error = #expect(throws: PlanError.self) {
      try plan("[]", expect: "{ flavours: { cockroach: \(limits) } }")
    }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }
}
