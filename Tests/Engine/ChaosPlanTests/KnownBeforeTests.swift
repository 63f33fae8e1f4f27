import Foundation
import Testing

@testable import ChaosPlan

/// What is known before a run is refused before it.
@Suite struct KnownBeforeTests {
  private static func problems(_ faults: String, _ more: String = "") -> String? {
    let text = Texts.smallest.replacing("faults: []\n", with: "faults:\n\(faults)\n\(more)")
    do throws(PlanError) {
      _ = try PlanParser.parse(text, path: "p.yml")
      return nil
    } catch {
      return error.description
    }
  }

  private static func kill(_ target: String, duration: String = "1s") -> String {
    "  - { kill: { \(target) }, duration: \(duration) }"
  }

  @Test(
    arguments: FileManager.default.enumerator(atPath: "\(Texts.testFolder)/Fixtures/refused")?.allObjects
      .compactMap { $0 as? String }.sorted() ?? [])
  func thePlansThatMustBeRefusedAre(_ name: String) throws {
    let error = #expect(throws: PlanError.self) {
      try PlanFile(path: "\(Texts.testFolder)/Fixtures/refused/\(name)")
    }
    #expect(error?.description.contains("allow-majority-loss") == true)
  }

  @Test(arguments: [
    "tier: rabbitmq, mode: { fixed: 2 }", "tier: rabbitmq, mode: { fixed: 3 }",
    "tier: sql, mode: { fixed-percent: 60 }",
    "tier: etcd, role: follower, mode: all", "tier: sql, role: follower, mode: { fixed: 2 }",
    "tier: redis, role: master, mode: { fixed: 2 }", "tier: redis, mode: { fixed: 4 }", "tier: redis, mode: majority",
    "tier: proxy, mode: { fixed: 2 }", "tier: all, mode: { fixed-percent: 51 }",
  ])
  func aMajorityMustBeOfferedUp(_ target: String) throws {
    let message = try #require(Self.problems(Self.kill(target)))
    #expect(message.contains("takes a majority down"), "\(message)")
    #expect(Self.problems(Self.kill(target), "safety: { allow-majority-loss: true }\n") == nil)
  }

  @Test(arguments: [
    "tier: rabbitmq, mode: { fixed: 1 }", "tier: redis, mode: { fixed: 3 }", "tier: redis, role: replica, mode: all",
    "tier: redis, role: master", "tier: sql, role: follower", "tier: sql, mode: minority",
    "tier: worker, mode: { fixed: 2 }",
    "tier: all, mode: { fixed-percent: 10 }", "tier: redis, owner-of: a",
  ])
  func aMinorityNeedNot(_ target: String) { #expect(Self.problems(Self.kill(target)) == nil) }

  @Test(
    arguments: [
      ("tier: rabbitmq, mode: { fixed: 9 }", "9 of 3"), ("tier: redis, role: master, mode: { fixed: 4 }", "4 of 3"),
      ("tier: sql, role: leader, mode: { fixed: 2 }", "2 of 1"),
      ("tier: redis, owner-of: a, mode: { fixed: 2 }", "2 of 1"),
      ("tier: sql, side: minority, mode: { fixed: 4 }", "4 of 3"),
      ("tier: sql, role: follower, mode: minority", "selects no node"),
    ])
  func whoeverIsNeverThereCannotBeStruck(_ target: String, _ words: String) throws {
    let faults = "  - { partition: { tier: sql, shape: halves }, duration: 2s }\n" + Self.kill(target)
    let message = try #require(Self.problems(faults, "safety: { allow-majority-loss: true }\n"))
    #expect(message.contains(words), "\(message)")
  }

  @Test func theSizesOfThePlanCount() throws {
    let fault = Self.kill("tier: worker, mode: { fixed: 2 }")
    #expect(Self.problems(fault, "stack: { workers: 4 }\n") == nil)
    #expect(try #require(Self.problems(fault, "stack: { workers: 3 }\n")).contains("majority"))
    #expect(try #require(Self.problems(fault, "stack: { workers: 1 }\n")).contains("2 of 1"))
    // A plan that scales the tier itself has another number when it strikes.
    let scaled = "  - { scale: { tier: worker, to: 6 }, duration: 9s }\n"
    #expect(Self.problems(scaled + fault, "stack: { workers: 1 }\n") == nil)
  }

  @Test func aShapeNeedsItsNodes() throws {
    let ring = "  - { partition: { tier: sql, shape: majorities-ring }, duration: 1s }"
    #expect(try #require(Self.problems(ring)).contains("needs 4 nodes, and `sql` has 3"))
    #expect(Self.problems(ring.replacing("sql", with: "redis")) == nil)
  }

  @Test func faultsThatAreOpenTogetherCountTogether() throws {
    let first = "  - { kill: { tier: rabbitmq }, at: 0s, duration: 10s }\n"
    let during = "  - { pause: { tier: rabbitmq, role: leader }, at: 9s, duration: 5s }"
    #expect(try #require(Self.problems(first + during)).contains("open at the same time"))
    #expect(Self.problems(first + during.replacing("at: 9s", with: "at: 10s")) == nil)
    #expect(Self.problems(first + during.replacing("rabbitmq", with: "sql")) == nil)
    #expect(Self.problems(first + during, "safety: { allow-majority-loss: true }\n") == nil)
    let parallel = "  - parallel: [{ kill: { tier: sql }, duration: 1s }, { stop: { tier: sql }, duration: 1s }]"
    #expect(try #require(Self.problems(parallel)).contains("open at the same time"))
    #expect(Self.problems(parallel.replacing("parallel", with: "sequence")) == nil)
  }

  /// The heal of the first takes the second back, too.
  @Test func limitsOfOneKindOnOneContainerAreRefused() throws {
    func limits(_ first: String, _ second: String, kind: String = "cpu-limit", at: String = "5s") -> String {
      """
        - { cpu-limit: { \(first), cores: 0.2 }, at: 0s, duration: 10s }
        - { \(kind): { \(second), \(kind == "cpu-limit" ? "cores: 0.1" : "bytes: 8MiB") }, at: \(at), duration: 9s }
      """
    }
    let leader = "tier: sql, role: leader"
    #expect(try #require(Self.problems(limits(leader, leader))).contains("limit one container at the same time"))
    #expect(Self.problems(limits("tier: sql, mode: all", leader)) != nil)
    #expect(Self.problems(limits("tier: sql, mode: { fixed: 2 }", "tier: sql, mode: { fixed: 2 }")) != nil)
    // It may be another container, it is another kind, or the first is over.
    #expect(Self.problems(limits("tier: redis", "tier: redis")) == nil)
    #expect(Self.problems(limits(leader, "tier: sql, role: follower")) == nil)
    #expect(Self.problems(limits("tier: worker, mode: all", "tier: worker", kind: "memory-limit")) == nil)
    #expect(Self.problems(limits(leader, leader, at: "10s")) == nil)
  }

  @Test func faultsMustEndBeforeTheLimit() throws {
    let fault = Self.kill("tier: api", duration: "40s")
    #expect(try #require(Self.problems(fault, "safety: { limit: 30s }\n")).contains("limit: 40s"))
    #expect(Self.problems(fault, "safety: { limit: 40s }\n") == nil)
    let random = "  - { random: { for: 31m, interval: 9s, faults: [{ kill: { tier: api }, duration: 1s }] } }"
    #expect(try #require(Self.problems(random)).contains("limit: 1860s"))
  }

  @Test func thereIsNoEtcdOnCockroachDB() throws {
    let stack = "stack: { sql: cockroach }\n"
    #expect(try #require(Self.problems(Self.kill("tier: etcd"), stack)).contains("there is no etcd"))
    #expect(Self.problems(Self.kill("tier: etcd")) == nil)
  }

  @Test func aHotKeyIsOneOfTheWorkload() throws {
    #expect(try #require(Self.problems(Self.kill("tier: redis, owner-of: hot.1"))).contains("`hot.0` to `hot.0`"))
    #expect(Self.problems(Self.kill("tier: redis, owner-of: hot.0")) == nil)
  }
}
