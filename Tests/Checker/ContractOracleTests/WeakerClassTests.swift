import History
import Testing

@testable import ContractOracle
@testable import kvchaos_oracle

/// What the checker is excused for: a class takes a missed history only where its own weakness explains it.
@Suite struct WeakerClassTests {
  private typealias Story = OracleTests.Story
  private static let a = Value.string("a")
  private static let b = Value.string("b")
  private static let c = Value.string("c")

  private func weaker(_ build: (inout Story) -> Void) throws -> RandomHistories.WeakerClass? {
    var story = Story()
    build(&story)
    let comparison = Comparison(timeToLive: nil)
    #expect(try comparison.oracle.decide(story.events) != .explained)
    return RandomHistories.weaker(story.events, comparison)
  }

  @Test func somethingComesBetweenAConditionAndItsWrite() throws {
    let found = try weaker {
      $0.put(Self.a, "committed", version: 1)
      $0.ask(1, "cas", .list([Self.a, Self.b]), "committed")
      $0.put(Self.c, "committed", by: 3, version: 2)
      $0.end(1, version: 3)
    }
    #expect(found == .conditionalWrites)
  }

  /// A condition that did not hold at any moment of the request is another matter.
  @Test func aConditionNeverHeld() throws {
    let found = try weaker {
      $0.put(Self.a, "committed", version: 1)
      $0.put(Self.c, "committed", by: 3, version: 2)
      $0.ask(1, "cas", .list([Self.a, Self.b]), "committed")
      $0.end(1, version: 3)
    }
    #expect(found == nil)
  }

  /// A conditional write elsewhere in the history excuses nothing.
  @Test(arguments: ["k", "other"]) func theContradictionHasNoConditionalWrite(key: String) throws {
    let found = try weaker {
      $0.ask(4, "cas", .list([.null, Self.c]), "committed", key: key)
      $0.end(4)
      $0.put(Self.a, "queued")
      $0.put(Self.b, "queued")
      $0.get(Self.b, "linearizable")
      $0.get(Self.a, "linearizable")
    }
    #expect(found == nil)
  }

  /// What the strongest levels contradict by themselves linearizability has to find.
  @Test func theStrongestLevelsContradictIt() throws {
    let found = try weaker {
      $0.put(Self.a, "committed")
      $0.ask(1, "cas", .list([Self.a, Self.b]), "committed")
      $0.ask(3, "put", Self.c, "committed")
      $0.get(Self.c, "linearizable")
      $0.end(1)
      $0.end(3)
      $0.get(Self.b, "linearizable")
      $0.get(Self.a, "cache")
    }
    #expect(found == nil)
  }

  @Test func noRoomBetweenTwoVersions() throws {
    let found = try weaker {
      $0.put(Self.a, "committed", version: 1)
      $0.put(Self.b, "queued")
      $0.put(Self.c, "committed", version: 2)
    }
    #expect(found == .roomBetweenVersions)
  }
}
