import Testing

@testable import Faults

/// Settings and their defaults; the tiers that a fault suits.
@Suite struct FaultActionTests {
  @Test func whatIsLeftOutIsTheDefault() {
    #expect(FaultAction(.kill) == .kill(signal: "SIGKILL"))
    #expect(FaultAction(.kill) != .kill(signal: "SIGTERM"))
    #expect(FaultAction(.pause) != FaultAction(.stop))
    #expect(FaultAction(.stop) == FaultAction(.stop, ["timeout": .time(.seconds(10))]))
    #expect(FaultAction(.partition, ["shape": "halves"]).settings.value(of: .minority) == nil)
  }

  @Test(
    arguments: [
      (FaultTiers.every, "redis", true, nil),
      (.every(except: ["etcd": "no"]), "redis", true, nil),
      (.every(except: ["etcd": "no"]), "etcd", false, "no"),
      (.only("redis", because: "few"), "redis", true, nil),
      (.only("redis", because: "few"), "sql", false, "few"),
      (.only("redis", because: "few", except: ["sql": "more"]), "sql", false, "more"),
      (.only("redis", because: "few", except: ["sql": "more"]), "api", false, "few"),
    ] as [(FaultTiers, String, Bool, String?)])
  func aTierSuitsOrThereIsAReason(tiers: FaultTiers, tier: String, suits: Bool, reason: String?) {
    #expect(tiers.contains(tier) == suits)
    #expect(tiers.reason(against: tier) == reason)
  }

  @Test func faultsThatLeaveTheSameTraceHaveOneWord() {
    #expect(FaultCatalogue.leftovers.map(\.word) == ["clock", "disk", "file-limit"])
  }

  @Test func safetyReadsTheDefinition() {
    #expect(FaultKind.pause.takesNodesDown && !FaultKind.clock.takesNodesDown)
    #expect(FaultKind.isolate.isOfNetwork && FaultKind.partition.isOfNetwork && !FaultKind.scale.isOfNetwork)
    // A kind that no plan can name.
    #expect(!FaultKind.redisSetting.takesNodesDown && !FaultKind(rawValue: "moon").isOfNetwork)
  }
}
