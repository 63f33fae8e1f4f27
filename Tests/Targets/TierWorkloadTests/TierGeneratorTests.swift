import ChaosPlan
import Testing

@testable import TierWorkload

/// What clients do follows from the seed alone.
struct TierGeneratorTests {
  private func operations(_ workload: CapWorkload, client: Int, seed: UInt64, count: Int = 400) -> [TierOperation] {
    var generator = TierGenerator(workload: workload, client: client, keys: 6, seed: seed)
    return (0..<count).map { _ in generator.next() }
  }

  @Test(arguments: CapWorkload.allCases) func theSameSeedGivesTheSameOperations(_ workload: CapWorkload) {
    #expect(operations(workload, client: 2, seed: 7) == operations(workload, client: 2, seed: 7))
  }

  /// A seed that an old build printed has to replay in a new one: these are the operations that it always gave.
  @Test func aSeedGivesTheOperationsThatItAlwaysGave() {
    #expect(
      operations(.register, client: 2, seed: 7, count: 8) == [
        .put(key: 5, value: "2.0"), .put(key: 4, value: "2.1"), .put(key: 0, value: "2.2"), .get(key: 0),
        .put(key: 2, value: "2.3"), .put(key: 3, value: "2.4"), .put(key: 0, value: "2.5"),
        .put(key: 5, value: "2.6"),
      ])
    #expect(
      operations(.bank, client: 2, seed: 7, count: 8) == [
        .transfer(from: 4, to: 2, amount: 10), .readBalances, .transfer(from: 0, to: 1, amount: 4),
        .transfer(from: 2, to: 0, amount: 2), .transfer(from: 4, to: 2, amount: 5),
        .transfer(from: 1, to: 0, amount: 2), .transfer(from: 3, to: 2, amount: 4), .readBalances,
      ])
    #expect(operations(.set, client: 2, seed: 7, count: 2) == [.add("2.0"), .add("2.1")])
    #expect(operations(.queue, client: 2, seed: 7, count: 2) == [.enqueue("2.0"), .enqueue("2.1")])
  }

  @Test(arguments: [CapWorkload.register, .bank]) func anotherSeedOrClientGivesOthers(_ workload: CapWorkload) {
    #expect(operations(workload, client: 2, seed: 7) != operations(workload, client: 2, seed: 8))
    #expect(operations(workload, client: 2, seed: 7) != operations(workload, client: 3, seed: 7))
  }

  @Test func noValueIsWrittenTwice() {
    for workload in [CapWorkload.register, .set, .queue] {
      let values = (0..<8).flatMap { operations(workload, client: $0, seed: 3) }.compactMap { operation -> String? in
        switch operation {
        case .put(_, let value), .add(let value), .enqueue(let value): value
        default: nil
        }
      }
      #expect(values.count > 500)
      #expect(Set(values).count == values.count)
    }
  }

  @Test func aQueueHasProducersAndConsumers() {
    #expect(operations(.queue, client: 0, seed: 1).allSatisfy { if case .enqueue = $0 { true } else { false } })
    #expect(operations(.queue, client: 1, seed: 1).allSatisfy { $0 == .dequeue })
  }

  @Test func aRegisterIsWrittenAndReadAtEveryKey() {
    let found = operations(.register, client: 0, seed: 1)
    #expect(Set(found.compactMap { if case .put(let key, _) = $0 { key } else { nil } }) == Set(0..<6))
    #expect(Set(found.compactMap { if case .get(let key) = $0 { key } else { nil } }) == Set(0..<6))
  }

  @Test func aTransferGoesFromOneAccountToAnother() {
    let transfers = operations(.bank, client: 0, seed: 1).compactMap { operation -> (Int, Int, Int64)? in
      if case .transfer(let from, let to, let amount) = operation { (from, to, amount) } else { nil }
    }
    #expect(transfers.count > 100)
    for (from, to, amount) in transfers {
      #expect(from != to)
      #expect((0..<CapBank.accounts).contains(from) && (0..<CapBank.accounts).contains(to))
      #expect(amount > 0)
    }
  }
}
