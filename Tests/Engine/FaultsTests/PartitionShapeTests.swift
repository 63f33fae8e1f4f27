import Testing

@testable import Faults

/// The shapes hold their words for every number of nodes and every draw; no network is needed to see it.
@Suite struct PartitionShapeTests {
  private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ state >> 29
    }
  }

  private func nodes(_ count: Int) -> [String] { (1...count).map { "node-\($0)" } }

  private func divide(_ shape: PartitionShape, _ count: Int, seed: UInt64) -> Partition? {
    var generator = Generator(state: seed)
    return shape.divide(nodes(count), using: &generator)
  }

  @Test(arguments: PartitionShape.allCases, 1...9) func cutsAreSymmetricAndOnlyOfOthers(
    shape: PartitionShape, count: Int
  ) {
    for seed in 0..<20 as Range<UInt64> {
      guard let partition = divide(shape, count, seed: seed) else {
        #expect(count < shape.nodesMinimum)
        continue
      }
      #expect(count >= shape.nodesMinimum)
      #expect(Set(partition.cuts.keys) == Set(nodes(count)))
      #expect(partition.cuts.values.contains { !$0.isEmpty })
      for (node, cut) in partition.cuts {
        #expect(!cut.contains(node))
        #expect(cut.allSatisfy { partition.cuts[$0]?.contains(node) == true })
      }
      #expect(divide(shape, count, seed: seed) == partition)
    }
  }

  @Test(arguments: 2...9) func halvesAreTwoSidesAsEqualAsCanBe(count: Int) throws {
    let partition = try #require(divide(.halves, count, seed: 3))
    #expect(partition.sides.map(\.count) == [count / 2, count - count / 2])
    for side in partition.sides {
      for node in side { #expect(partition.cuts[node] == Set(nodes(count)).subtracting(side)) }
    }
  }

  @Test(arguments: 3...9) func aBridgeReachesEverybody(count: Int) throws {
    let partition = try #require(divide(.bridge, count, seed: 5))
    #expect(partition.cuts.values.filter(\.isEmpty).count == 1)
    #expect(partition.sides[1].count == 1)
    for node in partition.sides[0] { #expect(partition.cuts[node] == Set(partition.sides[2])) }
  }

  @Test(arguments: 4...9) func inARingEveryNodeSeesAMajorityAndNoTwoTheSame(count: Int) throws {
    let partition = try #require(divide(.majoritiesRing, count, seed: 7))
    let seen = partition.cuts.mapValues { Set(nodes(count)).subtracting($0) }
    #expect(seen.values.allSatisfy { $0.count >= count / 2 + 1 && $0.count < count })
    #expect(Set(seen.values).count == count)
  }

  @Test func placesAreWords() throws {
    let partition = Partition(cuts: [:], sides: [["a"], ["b", "c"]])
    #expect(partition.place(of: "c") == "majority (b, c)")
    #expect(partition.place(of: "x") == nil)
    #expect(
      Partition(cuts: [:], sides: [["a"], ["b"], ["c"]]).members == [
        .minority: ["a"], .bridge: ["b"], .majority: ["c"],
      ])
    #expect(Partition(cuts: [:], sides: []).members.isEmpty)
  }

  /// The nodes that must be in the minority are, whatever is drawn, as far as there is room.
  @Test(arguments: [PartitionShape.halves, .bridge], 3...9) func theMinorityIsFilledFirst(
    shape: PartitionShape, count: Int
  ) throws {
    for seed in 0..<20 as Range<UInt64> {
      var generator = Generator(state: seed)
      let partition = try #require(shape.divide(nodes(count), using: &generator) { $0.filter { $0 == "node-2" } })
      #expect(partition.members[.minority]?.contains("node-2") == true)
      let all = try #require(shape.divide(nodes(count), using: &generator) { $0 })
      #expect(Set(all.cuts.keys) == Set(nodes(count)))
    }
  }

  /// Nodes that are divided along reach their own side only, and the shape of the tier itself stays.
  @Test(arguments: [PartitionShape.halves, .bridge], 0...4) func whatIsDividedAlongHasOneSide(
    shape: PartitionShape, count: Int
  ) throws {
    let along = (0..<count).map { "api-\($0)" }
    for seed in 0..<20 as Range<UInt64> {
      var generator = Generator(state: seed)
      let alone = try #require(shape.divide(nodes(3), using: &generator))
      var partition = alone
      partition.add(along, using: &generator)
      #expect(Set(partition.cuts.keys) == Set(nodes(3) + along))
      let (minority, majority) = (partition.members[.minority] ?? [], partition.members[.majority] ?? [])
      #expect(minority.intersection(along).count == count / 2)
      #expect(majority.intersection(along).count == count - count / 2)
      for node in minority { #expect(partition.cuts[node] == majority) }
      for node in majority { #expect(partition.cuts[node] == minority) }
      for (node, cut) in alone.cuts { #expect(partition.cuts[node]?.subtracting(along) == cut) }
    }
  }

  @Test func aRingTakesNobodyAlong() throws {
    let ring = try #require(divide(.majoritiesRing, 6, seed: 1))
    var generator = Generator(state: 1)
    var partition = ring
    partition.add(["api-1", "api-2"], using: &generator)
    #expect(partition == ring)
  }
}
