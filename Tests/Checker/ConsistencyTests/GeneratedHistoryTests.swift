import History
import Randomness
import Testing

@testable import Consistency
@testable import kvchaos_bench

/// Five hundred histories longer than an exhaustive search could decide, each with a verdict known by construction.
@Suite struct GeneratedHistoryTests {
  @Test(arguments: 1...50)
  func verdictsAgreeWithTheConstruction(seed: Int) throws {
    var random = SplitMix64(scattering: UInt64(seed))
    var decided = 0
    while decided < 10 {
      let shape = HistoryGenerator(
        operations: Int.random(in: 20...400, using: &random), clients: Int.random(in: 1...30, using: &random),
        keys: Int.random(in: 1...5, using: &random), readShare: Double.random(in: 0.3...0.7, using: &random),
        deleteShare: random.chance(0.5) ? 0 : 0.15, unknownShare: random.chance(0.4) ? 0 : 0.1,
        stale: random.chance(0.5) ? Int.random(in: 1...3, using: &random) : 0, seed: random.next())
      var events: [Event] = []
      let staleReads = shape.run { events.append($0) }
      // A short history may have no room for a stale read: then another one is drawn.
      guard staleReads > 0 || shape.stale == 0 else { continue }
      let report = try ConsistencyChecker().check(events)
      #expect(report.verdict == (staleReads > 0 ? .violated : .holds), "\(shape), \(staleReads) stale reads placed")
      #expect(report[.linearizability]?.verdict == report.verdict)
      decided += 1
    }
  }
}
