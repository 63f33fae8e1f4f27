import Randomness
import Testing

/// Every number here is fixed for good: a seed that an old build printed has to replay in a new one. They were computed
/// by another implementation.
struct SplitMix64Tests {
  @Test func theFirstNumbersAreThoseOfTheReference() {
    var random = SplitMix64(seed: 1_234_567)
    #expect(random.next() == 6_457_827_717_110_365_317)
    #expect(random.next() == 3_203_168_211_198_807_973)
  }

  @Test(
    arguments: [
      (RandomStream.operations(client: 0), 7_138_415_436_909_018_950),
      (.operations(client: 3), 966_222_515_396_543_078),
      (.pauses(client: 0), 5_996_823_013_905_068_664),
      (.pauses(client: 3), 3_567_546_849_025_610_920),
      (.schedule, 771_383_277_994_640_312),
      (.targets(strike: 0), 2_048_570_702_674_313_828),
      (.targets(strike: 5), 4_376_453_678_095_052_426),
      (.partition(strike: 5), 1_456_779_924_558_845_473),
      (.cellSides, 551_408_907_390_750_412),
      (.cellTargets, 15_701_121_130_234_257_372),
    ] as [(RandomStream, UInt64)])
  func aStreamBeginsWithTheSameNumberForEver(stream: RandomStream, first: UInt64) {
    var random = SplitMix64(seed: 42, stream: stream)
    #expect(random.next() == first)
    var other = SplitMix64(seed: 43, stream: stream)
    #expect(other.next() != first)
  }

  /// The streams of one run. `cellSides` and `cellTargets` are those of another program, which draws no operations.
  @Test func streamsOfARunDiffer() {
    let streams: [RandomStream] =
      [.schedule]
      + (0..<64).flatMap { number -> [RandomStream] in
        [.operations(client: number), .pauses(client: number), .targets(strike: number), .partition(strike: number)]
      }
    let firsts = streams.map { stream in
      var random = SplitMix64(seed: 42, stream: stream)
      return random.next()
    }
    // The shape of a first partition would be drawn from the schedule's numbers, were the strike left out of its
    // stream.
    #expect(Set(firsts).count == streams.count)
  }

  /// The reference's seeds are positions in one sequence; scattered ones are not.
  @Test func neighbouringSeedsAreScattered() {
    var seven = SplitMix64(scattering: 7)
    var eight = SplitMix64(scattering: 8)
    #expect(seven.next() == 6_321_292_267_498_420_428)
    #expect(eight.next() == 17_048_502_816_810_105_237)

    let step: UInt64 = 0x9E37_79B9_7F4A_7C15
    func numbers(_ random: SplitMix64) -> Set<UInt64> {
      var random = random
      return Set((0..<100).map { _ in random.next() })
    }
    #expect(!numbers(SplitMix64(seed: 1)).isDisjoint(with: numbers(SplitMix64(seed: 1 &+ step))))
    #expect(numbers(SplitMix64(scattering: 1)).isDisjoint(with: numbers(SplitMix64(scattering: 1 &+ step))))
  }

  @Test(arguments: [1, 2, 7, 1_000]) func anIndexIsBelowItsBoundAndReachesBothEnds(bound: Int) {
    var random = SplitMix64(seed: 5)
    let drawn = Set((0..<bound * 20).map { _ in random.index(below: bound) })
    #expect(drawn.min() == 0 && drawn.max() == bound - 1)
  }

  @Test func aUnitIsBelowOne() {
    var random = SplitMix64(seed: 5)
    let drawn = (0..<10_000).map { _ in random.unit() }
    #expect(drawn.allSatisfy { (0..<1).contains($0) })
    #expect(abs(drawn.reduce(0, +) / 10_000 - 0.5) < 0.02)
  }
}
