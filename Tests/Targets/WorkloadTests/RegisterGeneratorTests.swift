import Randomness
import Testing

@testable import ChaosPlan
@testable import Workload

@Suite struct RegisterGeneratorTests {
  static let settings = WorkloadSettings(
    clients: 2, keys: 10, freshKeyShare: 0.25, readShare: 0.5, deleteShare: 0.1,
    acknowledgements: Mix(parts: [.init(.queued, share: 0.7), .init(.committed, share: 0.3)]),
    reads: Mix(parts: [.init(.cache, share: 0.6), .init(.linearizable, share: 0.4)]))

  private func operations(_ count: Int, client: Int = 0, seed: UInt64 = 7, namespace: String = "n") -> [StoreOperation]
  {
    var generator = RegisterGenerator(settings: Self.settings, client: client, seed: seed, namespace: namespace)
    return (0..<count).map { _ in generator.next() }
  }

  @Test func aSeedReplays() {
    #expect(operations(500) == operations(500))
    #expect(operations(500) != operations(500, seed: 8))
    #expect(operations(500) != operations(500, client: 1))
  }

  /// A seed that an old build printed has to replay in a new one: these are the operations that it always gave.
  @Test func aSeedGivesTheOperationsThatItAlwaysGave() {
    #expect(
      operations(14).map(text) == [
        "put committed n.hot.9 n.0.1 c0.1",
        "get cache n.hot.5",
        "get linearizable n.hot.2",
        "get linearizable n.hot.7",
        "put queued n.hot.5 n.0.2 c0.2",
        "put committed n.fresh.0.3 n.0.3 c0.3",
        "put committed n.hot.7 n.0.4 c0.4",
        "put queued n.hot.5 n.0.5 c0.5",
        "get cache n.hot.5",
        "get linearizable n.hot.5",
        "get linearizable n.hot.8",
        "delete queued n.hot.1 n.0.6",
        "get linearizable n.hot.9",
        "get cache n.hot.1",
      ])
    #expect(
      operations(6, client: 1).map(text) == [
        "delete committed n.hot.8 n.1.1",
        "put committed n.hot.9 n.1.2 c1.2",
        "get linearizable n.hot.8",
        "put queued n.hot.0 n.1.3 c1.3",
        "put queued n.hot.1 n.1.4 c1.4",
        "get cache n.hot.6",
      ])
  }

  private func text(_ operation: StoreOperation) -> String {
    let words: [String?] =
      switch operation.action {
      case .put(let value, let level): ["put", level.rawValue, operation.key, operation.operation, value]
      case .delete(let level): ["delete", level.rawValue, operation.key, operation.operation]
      case .get(let level): ["get", level.rawValue, operation.key, operation.operation]
      case .audit: ["audit"]
      }
    return words.compactMap(\.self).joined(separator: " ")
  }

  @Test func everyValueAndOperationIsUnique() {
    let all = operations(3_000) + operations(3_000, client: 1)
    let values = all.compactMap { if case .put(let value, _) = $0.action { value } else { nil } }
    #expect(Set(values).count == values.count)
    let names = all.compactMap(\.operation)
    #expect(Set(names).count == names.count)
    #expect(names.allSatisfy { $0.hasPrefix("n.") })
  }

  @Test func aFreshKeyIsWrittenOnce() {
    let fresh = (operations(3_000) + operations(3_000, client: 1)).filter { $0.isWrite && $0.key.contains(".fresh.") }
    #expect(fresh.count > 400)
    #expect(Set(fresh.map(\.key)).count == fresh.count)
  }

  @Test func aKeyIsWrittenAtOneLevel() {
    var levels: [String: Set<AcknowledgementLevel>] = [:]
    for operation in operations(5_000) + operations(5_000, client: 1) {
      switch operation.action {
      case .put(_, let level), .delete(let level): levels[operation.key, default: []].insert(level)
      case .get, .audit: break
      }
    }
    #expect(levels.values.allSatisfy { $0.count == 1 })
    let hot = levels.filter { $0.key.contains(".hot.") }
    #expect(hot.count == 10)
    #expect(hot.values.count { $0 == [.queued] } == 7)
  }

  @Test func theSharesHold() {
    let all = operations(20_000)
    let reads = all.count { if case .get = $0.action { true } else { false } }
    let deletes = all.count { if case .delete = $0.action { true } else { false } }
    #expect(abs(Double(reads) / 20_000 - 0.5) < 0.02)
    #expect(abs(Double(deletes) / 20_000 - 0.1) < 0.02)
  }

  @Test func backoffGrowsToItsLimitAndForgets() throws {
    var random = SplitMix64(seed: 1)
    var backoff = Backoff()
    #expect(backoff.pause(after: .ok, random: &random) == nil)
    let pauses = (0..<8).compactMap { _ in backoff.pause(after: .failed, random: &random) }
    #expect(pauses.count == 8)
    #expect(try #require(pauses.first) <= .milliseconds(25))
    #expect(try #require(pauses.last) >= .milliseconds(200))
    #expect(pauses.allSatisfy { $0 <= .milliseconds(400) })
    #expect(backoff.pause(after: .ok, random: &random) == nil)
    #expect(try #require(backoff.pause(after: .unknown, random: &random)) <= .milliseconds(25))
  }
}
