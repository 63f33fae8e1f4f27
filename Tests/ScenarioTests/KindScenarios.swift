import ChaosPlan
import Faults
import Foundation
import Stack
import Testing

extension Scenarios {
  /// Every kind of fault on the real stack.
  @Suite(.serialized) struct Kinds {
    @Test(.timeLimit(.minutes(5)), arguments: ShortRun.all) func shortRun(_ run: ShortRun) async throws {
      try await run.run()
    }

    /// A partition takes an API along on each side, and a second fault strikes the one on the side of the minority.
    @Test(.timeLimit(.minutes(5))) func aSideOfAPartitionIsASelector() async throws {
      let run = ShortRun(
        name: "short-sides",
        faults: """
          - partition: { tier: rabbitmq, shape: halves, minority: follower, with: [proxy, api] }
            duration: 15s
          - pause: { tier: api, side: minority }
            at: 1s
            duration: 2s
          """)
      let report = try await run.run()
      let (partition, pause) = (try #require(report.faults.first), try #require(report.faults.last))
      let minority = partition.targets.filter { $0.role.contains("minority (") }.map(\.node)
      #expect(minority.count { $0.hasPrefix("rabbitmq-") } == 1)
      #expect(minority.count { $0.hasPrefix("haproxy-") } == 1)
      #expect(pause.targets.map(\.node) == minority.filter { $0.hasPrefix("api-") })
    }

    /// The Redis node that `owner-of` means has the key's entry.
    @Test(.timeLimit(.minutes(5)), arguments: ["hot", "a{b}c", "\u{e9}t\u{e9}"]) func theOwnerOfAKeyHasItsEntry(
      _ key: String
    ) async throws {
      let store = try await StoreUnderTest()
      #expect(try await store.put(key, "v", ack: "committed").status == 200)
      let name = "\(store.prefix)-\(key)"
      var random = SystemRandomNumberGenerator()
      let owner = try await store.stack.status().resolve(
        Selector(tier: .redis, role: .master), ownerOf: name, using: &random)
      let container = try #require(owner.first).container
      // The worker writes the cache after the answer.
      let isThere = try await store.holds(within: .seconds(10)) {
        let result = try await store.stack.engine.run(
          ["sh", "-c", #"REDISCLI_AUTH="$KV_REDIS_PASSWORD" redis-cli exists "$0""#, "kv:\(name)"], in: container,
          timeout: .seconds(10))
        return result.output.trimmingCharacters(in: .whitespacesAndNewlines) == "1"
      }
      #expect(isThere)
    }
  }
}

/// Needs no stack: a kind that is never tried on the real one is a gap.
@Suite struct KindsThatAreTried {
  @Test(arguments: FaultCatalogue.definitions.map(\.kind)) func everyKindOfFaultHasAScenario(
    _ kind: FaultKind
  ) throws {
    let tried = try Set(ShortRun.all.flatMap { try $0.plan().faults.flatMap(\.faults) }.map(\.action.kind))
    #expect(tried.contains(kind), "add a short run of `\(kind.rawValue)` to ShortRun")
  }
}
