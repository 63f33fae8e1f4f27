import Foundation
import Testing

@testable import CapLedger

@Suite struct CapRecordTests {
  private let record = CapRecord(
    tier: "redis", variant: "wait-1", workload: .register, fault: "split", isPartition: true,
    sides: [
      CapRecord.Side(name: "minority", nodes: ["redis-1"], processes: [0, 1], hasMajority: false),
      CapRecord.Side(name: "majority", nodes: ["redis-2", "redis-3"], processes: [2], hasMajority: true),
    ], stride: 10, struckAt: 5, healedAt: 15.5, endedAt: 25, clientTimeout: 2,
    settings: [CapRecord.LiveSetting(name: "cluster-node-timeout", value: "2000", seconds: 2)], flavour: "patroni",
    startedAt: "2026-01-02T03:04:05Z", seed: 1 << 60, problems: ["a doubt"])

  @Test func aProcessGoesOnUnderItsNumberPlusTheStride() {
    #expect(record.side(of: 1) == 0)
    #expect(record.side(of: 21) == 0)
    #expect(record.side(of: 12) == 1)
    #expect(record.side(of: 13) == nil)
  }

  @Test func theRecordSurvivesItsFile() throws {
    let data = try JSONEncoder().encode(record)
    #expect(try JSONDecoder().decode(CapRecord.self, from: data) == record)
  }

  @Test func theNameSaysWhatWasRun() {
    #expect(record.name == "redis-wait-1-register-split")
    #expect(record.struckTier == "redis")
  }
}
