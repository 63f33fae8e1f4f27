import Testing

@testable import Detection

/// Against published tables of Clopper and Pearson's limits.
@Suite struct ProportionTests {
  @Test(arguments: [
    (5, 5, 0.4782, 1.0), (10, 10, 0.6915, 1.0), (9, 10, 0.5550, 0.9975), (0, 20, 0.0, 0.1684),
    (50, 100, 0.3983, 0.6017),
    (1, 100, 0.0003, 0.0545), (2, 3, 0.0943, 0.9916), (100, 100, 0.9638, 1.0),
  ])
  func theIntervalIsTheOneInTheTables(count: Int, runs: Int, low: Double, high: Double) {
    let interval = Proportion(count, of: runs).interval
    #expect(abs(interval.lowerBound - low) < 0.0001 && abs(interval.upperBound - high) < 0.0001, "\(interval)")
  }

  /// Of none in n the bound has a closed form.
  @Test(arguments: [1, 5, 20, 59, 100, 1000]) func whatNeverHappenedIsBounded(runs: Int) {
    var power = 1.0
    let bound = Proportion(0, of: runs).upperBound
    for _ in 0..<runs { power *= 1 - bound }
    #expect(abs(power - 0.05) < 1e-9)
  }

  @Test(arguments: [(0, 20, 0.1391), (1, 20, 0.2161), (0, 100, 0.0295), (2, 100, 0.0616)])
  func theOneSidedBoundIsTheOneInTheTables(count: Int, runs: Int, bound: Double) {
    #expect(abs(Proportion(count, of: runs).upperBound - bound) < 0.0001)
  }

  @Test func withoutRunsNothingIsKnown() {
    #expect(Proportion(0, of: 0).interval == 0...1)
    #expect(Proportion(0, of: 0).upperBound == 1)
  }

  @Test func moreRunsSayMore() {
    let widths = [5, 10, 50, 200].map { runs in
      let interval = Proportion(runs * 4 / 5, of: runs).interval
      return interval.upperBound - interval.lowerBound
    }
    #expect(widths == widths.sorted(by: >))
  }

  @Test func thePageSaysPercent() {
    #expect(Proportion(5, of: 5).intervalText == "47.8-100 %")
    #expect(Proportion(0, of: 4).intervalText == "0-60.2 %")
  }
}
