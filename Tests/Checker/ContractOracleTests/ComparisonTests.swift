import ContractOracle
import Foundation
import History
import Randomness
import Testing

@testable import kvchaos_oracle

/// The checker against the oracle: it says violated exactly where no execution of the contract gives the history.
@Suite struct ComparisonTests {
  /// A sample; `make oracle` runs 200,000. `KVCHAOS_ORACLE_HISTORIES` sets the count.
  @Test func theyAgreeOnRandomHistories() async {
    let count = ProcessInfo.processInfo.environment["KVCHAOS_ORACLE_HISTORIES"].flatMap(UInt64.init) ?? 2000
    let found = await RandomHistories.run(1..<count + 1)
    for one in found.disagreements.prefix(5) {
      Issue.record("\(one.result.rawValue), seed \(one.seed), \(one.damage)\n\(Comparison.lines(one.events))")
    }
    #expect(found.agrees)
    // A sample in which nothing is violated, or nothing holds, would say little.
    #expect(found.counts[.bothHold] ?? 0 > Int(count) / 4)
    #expect(found.counts[.bothViolated] ?? 0 > Int(count) / 10)
  }

  static let runs = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/runs")
  static let histories =
    ((try? FileManager.default.contentsOfDirectory(atPath: runs.path)) ?? []).filter { $0.hasSuffix(".gz") }.sorted()

  @Test func thereAreHistories() { #expect(Self.histories.count >= 12) }

  /// A few mutants of each kind; `make mutants` makes hundreds.
  @Test(arguments: histories) func noDamageGetsAway(history: String) throws {
    var mutants = Mutants(
      name: history, try RecordedHistory(path: Self.runs.appending(path: history).path).events)
    #expect(mutants.usedKeys > 0)
    mutants.run(each: 1, seed: 1)
    for one in mutants.disagreements.prefix(3) {
      Issue.record("\(one.what): \(one.mutation.rawValue)\n\(Comparison.lines(one.events))")
    }
    #expect(mutants.all.missed == 0 && mutants.all.falseAlarms == 0)
    #expect(mutants.all.caught > 0)
  }

  /// Every kind of damage finds something to damage in some history: also those that need a refused write.
  @Test func everyKindOfDamageIsTried() throws {
    var random = SplitMix64(scattering: 1)
    var left = Set(Mutation.allCases)
    for history in Self.histories {
      let events = try RecordedHistory(path: Self.runs.appending(path: history).path).events
      for mutation in left {
        let isTried = (0..<20).contains { _ in mutation.apply(to: events, using: &random) != nil }
        if isTried { left.remove(mutation) }
      }
    }
    // The recorded runs are older than reads of what is pending.
    #expect(left == [.pendingReadUnsaid, .pendingReadVersioned])
    var features = Features()
    (features.writes, features.readsCache, features.readsAhead) = (.queued, true, true)
    for seed in 0..<20 as Range<UInt64> {
      let events = HistoryGenerator.make(features, using: SplitMix64(scattering: seed))
      left = left.filter { $0.apply(to: events, using: &random) == nil }
    }
    #expect(left.isEmpty)
  }
}
