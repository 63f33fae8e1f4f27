import Testing

@testable import CapLedger

/// What the live settings let expect, and when a recovery is over it.
@Suite struct PromiseTests {
  private static let settings = [
    ("cluster-node-timeout", 2.0), ("net_ticktime", 8), ("raft.adaptive_failure_detector.poll_interval", 1),
    ("ttl", 20),
    ("loop_wait", 1), ("lease", 4.8),
  ].map { CapRecord.LiveSetting(name: $0.0, value: "\($0.1)", seconds: $0.1) }

  struct Case: Sendable, CustomTestStringConvertible {
    var tier: String
    var variant = "plain"
    var fault: String
    var struckTier: String?
    var flavour = "patroni"
    var seconds: Double?
    var isRefusalThePoint = false
    var testDescription: String { "\(tier) \(variant) \(fault) \(flavour)" }
  }

  @Test(arguments: [
    Case(tier: "redis", fault: "master-killed", seconds: 4),
    Case(tier: "redis", variant: "wait-1", fault: "master-isolated", seconds: 4, isRefusalThePoint: true),
    Case(tier: "redis", variant: "min-replicas", fault: "split", seconds: 4, isRefusalThePoint: true),
    Case(tier: "rabbitmq", fault: "leader-killed", seconds: 2),
    Case(tier: "rabbitmq", fault: "leader-paused", seconds: 12),
    Case(tier: "rabbitmq", fault: "leader-isolated", seconds: 12),
    Case(tier: "rabbitmq", variant: "classic-queue", fault: "leader-killed", seconds: nil),
    Case(tier: "sql", fault: "leader-killed", seconds: 21),
    Case(tier: "sql", variant: "asynchronous", fault: "split", seconds: 21),
    Case(tier: "sql", fault: "leader-isolated", flavour: "cockroach", seconds: 5.8),
    Case(tier: "store", variant: "queued-cache", fault: "rabbitmq-leader-paused", struckTier: "rabbitmq", seconds: 12),
    Case(tier: "redis", fault: "all-down", seconds: nil),
    Case(tier: "store", variant: "queued-cache", fault: "sql-all-down", struckTier: "sql", seconds: nil),
  ])
  func theSettingsPromise(_ example: Case) {
    let record = CapRecord(
      tier: example.tier, variant: example.variant, workload: .register, fault: example.fault,
      struckTier: example.struckTier, isPartition: false, sides: [], stride: 100, struckAt: 1, healedAt: 2, endedAt: 3,
      clientTimeout: 1, settings: Self.settings, flavour: example.flavour, startedAt: "")
    let promise = Promise(record)
    #expect(promise?.seconds == example.seconds)
    #expect(promise?.isRefusalThePoint ?? false == example.isRefusalThePoint)
  }

  @Test func settingsThatWereNotRecordedPromiseNothing() {
    for (tier, fault) in [
      ("redis", "master-killed"), ("rabbitmq", "leader-killed"), ("rabbitmq", "split"), ("sql", "split"),
    ] {
      var record = CapRecord.twoSides(tier: tier, fault: fault, settings: [])
      #expect(Promise(record) == nil)
      record.flavour = "cockroach"
      #expect(Promise(record) == nil)
    }
  }

  /// The clients' own timeout (0.5 s) is how exactly a recovery is known.
  @Test(arguments: [(3.9, false), (4.5, false), (4.6, true), (nil, true)] as [(Double?, Bool)])
  func aRecoveryIsOverByMoreThanAClientCanTell(recovery: Double?, isOver: Bool) {
    #expect(CapCell.example(recovery: recovery).isOverPromise == isOver)
  }

  @Test func aRemedyThatRefusesOnPurposeIsNeverOver() {
    let promise = Promise(seconds: 4, formula: "", isRefusalThePoint: true)
    #expect(!CapCell.example(recovery: 20, promise: promise).isOverPromise)
    #expect(!CapCell.example(recovery: 20, promise: nil).isOverPromise)
  }

  /// What a minority does before the heal is no failover.
  @Test func onlySidesThatCanGoOnAreHeldToThePromise() {
    var cell = CapCell.example(recovery: 3)
    #expect(cell.sides[0].recovery == nil && !cell.isOverPromise)
    cell.sides[1].nodes = 0
    cell.sides[1].recovery = 20
    #expect(!cell.isOverPromise)
  }
}
