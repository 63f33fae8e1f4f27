import History
import Randomness
import Testing

@testable import Consistency

/// Orders of effects: what only contradicts together.
@Suite struct EffectOrderTests {
  private typealias Effect = EffectOrder.Effect

  /// Against trying every order.
  @Test(arguments: 0..<400) func findsAnOrderExactlyWhereThereIsOne(seed: Int) {
    var random = SplitMix64(scattering: UInt64(seed))
    let count = Int.random(in: 1...6, using: &random)
    let effects = (0..<count).map { _ in
      func moment() -> Int64 { Int64.random(in: 0..<12, using: &random) }
      let sent = moment()
      let accepted = moment() + 4
      // As they are in histories: sent first, shown last.
      return Effect(
        sent: sent, accepted: accepted, invoked: min(sent, moment()), shown: min(accepted, moment() + 2),
        seen: moment() + 5, needed: moment(),
        version: random.chance(0.4) ? Int64.random(in: 1...6, using: &random) : nil)
    }
    func hasOrder(_ left: [Int]) -> Bool {
      left.isEmpty
        || left.contains { first in
          let rest = left.filter { $0 != first }
          return rest.allSatisfy { !Self.comesBefore(effects[$0], effects[first]) } && hasOrder(rest)
        }
    }
    let cycle = EffectOrder(effects: effects).cycle()
    #expect((cycle == nil) == hasOrder(Array(effects.indices)))
    guard let cycle, cycle.count > 1 else { return }
    for (one, next) in zip(cycle, cycle.dropFirst() + [cycle[0]]) {
      #expect(Self.comesBefore(effects[next], effects[one]), "\(cycle) of \(effects)")
    }
  }

  private static func comesBefore(_ one: Effect, _ other: Effect) -> Bool {
    if one.accepted < other.sent || one.shown < other.invoked || one.seen < other.needed { return true }
    guard let version = one.version, let otherVersion = other.version else { return false }
    return version <= otherVersion
  }

  /// The short cut against its definition: no effect has to come before one that is given earlier.
  @Test func theGivenOrderIsTakenExactlyWhereItIsValid() {
    var random = SplitMix64(scattering: 1)
    var answers: [Bool: Int] = [:]
    for _ in 0..<20_000 {
      // Most pairs are in order, so that a single relation often decides.
      let effects = (0..<Int.random(in: 1...4, using: &random)).map { place in
        func moment(_ range: ClosedRange<Int64>) -> Int64 { Int64(place) * 2 + Int64.random(in: range, using: &random) }
        return Effect(
          sent: moment(0...6), accepted: moment(0...12), invoked: moment(0...6), shown: moment(0...12),
          seen: moment(0...12), needed: moment(0...6), version: random.chance(0.6) ? moment(0...6) : nil)
      }
      let isValid = effects.indices.allSatisfy { place in
        effects[place...].dropFirst().allSatisfy { !Self.comesBefore($0, effects[place]) }
      }
      answers[isValid, default: 0] += 1
      #expect(EffectOrder(effects: effects).isInOrder == isValid, "\(effects)")
    }
    #expect(answers[true, default: 0] > 1000 && answers[false, default: 0] > 1000, "\(answers)")
  }

  /// Between versions at both ends of their range there is room, and no crash.
  @Test func versionsMayBeFarApart() throws {
    var history = HistoryBuilder()
    history.put("a", version: .min + 1, level: "committed")
    history.put("b", level: "queued")
    history.put("c", version: .max, level: "committed")
    #expect(try ConsistencyChecker().check(history.events)[.order]?.verdict == .holds)
  }

  /// Three writes in a circle: the acknowledgements order two pairs, and what was read the third.
  @Test func whatContradictsOnlyTogetherIsFound() throws {
    var history = HistoryBuilder()
    history.begin("put", "c", by: 3, level: "queued")
    history.put("a", by: 0, level: "queued", operation: "oa")
    history.put("b", by: 0, level: "queued", operation: "ob")
    history.end("put", "c", by: 3, level: "queued")
    history.audit("ob", true, version: 1)
    history.get("a", by: 1, version: 2, level: "cache")
    let report = try ConsistencyChecker().check(history.events)
    #expect(report.verdict == .violated)
  }

  /// Versions 1 and 2 are neighbours: what was acknowledged between them has no version left.
  @Test(arguments: [(Int64(2), Verdict.violated), (3, .holds)])
  func aWriteNeedsAVersion(last: Int64, verdict: Verdict) throws {
    var history = HistoryBuilder()
    history.put("a", version: 1, level: "committed")
    history.put("b", level: "queued")
    history.put("c", version: last, level: "committed")
    #expect(try ConsistencyChecker().check(history.events)[.order]?.verdict == verdict)
  }

  /// Between 1 and 3 there is a version, but another write has it.
  @Test func aVersionIsTakenOnce() throws {
    var history = HistoryBuilder()
    history.begin("put", "x", by: 4, level: "committed")
    history.put("a", version: 1, level: "committed")
    history.put("b", level: "queued")
    history.put("c", version: 3, level: "committed")
    history.end("put", "x", by: 4, version: 2, level: "committed")
    #expect(try ConsistencyChecker().check(history.events)[.order]?.verdict == .violated)
  }

  /// Some stores count versions from 0.
  @Test func theFirstVersionMayBeZero() throws {
    var history = HistoryBuilder()
    history.put("a", version: 0, level: "committed")
    history.put("b", version: 1, level: "committed")
    history.get("b", version: 1)
    #expect(try ConsistencyChecker().check(history.events).verdict == .holds)
  }

  /// A cached read between two others, within the time to live: each may be stale, but not both.
  @Test func aCachedReadMayBeStaleAndNotMore() throws {
    var history = HistoryBuilder()
    history.put("a", level: "committed")
    history.put("b", level: "queued")
    history.put("c", level: "queued")
    history.get("c", by: 2, level: "cache")
    history.get("a", by: 3, level: "cache")
    let strict = try ConsistencyChecker(options: CheckOptions(cacheTimeToLive: .microseconds(500))).check(
      history.events)
    #expect(strict.verdict == .violated)
    let lax = try ConsistencyChecker(options: CheckOptions(cacheTimeToLive: .milliseconds(5))).check(history.events)
    #expect(lax[.order]?.verdict == .holds && lax[.staleReads]?.verdict == .holds)
  }

  /// A queued conditional write may come to nothing. If it takes effect, it does so in the order of the
  /// acknowledgements.
  @Test(arguments: [("b", Verdict.violated), ("a", .holds)])
  func aQueuedConditionalWriteKeepsItsPlace(last: String, verdict: Verdict) throws {
    var history = HistoryBuilder()
    history.put("a", level: "committed")
    history.swap("a", "b", level: "queued")
    history.put("c", level: "queued")
    history.get(last == "b" ? "c" : "a", by: 2, level: "cache")
    history.get(last, by: 3, level: "linearizable")
    #expect(try ConsistencyChecker().check(history.events)[.order]?.verdict == verdict)
  }

  /// What the record has was applied, and its condition held by then.
  @Test(arguments: [("a", Verdict.holds), ("x", .violated)])
  func theConditionOfAQueuedWriteHeld(expected: String, verdict: Verdict) throws {
    var history = HistoryBuilder()
    history.put("a", version: 1, level: "committed")
    history.swap(expected, "b", level: "queued", operation: "o1")
    history.audit("o1", true, version: 2)
    let report = try ConsistencyChecker().check(history.events)
    #expect(report[.order]?.verdict == verdict)
    #expect(report.verdict == verdict)
  }

  /// Of two attempts one was acknowledged as committed: the write was applied, whatever the other one promised.
  @Test func oneCommittedAttemptIsEnough() throws {
    var history = HistoryBuilder()
    history.put("a", level: "committed")
    history.swap("a", "b", by: 2, level: "queued", operation: "o1")
    history.swap("a", "b", by: 3, level: "committed", operation: "o1")
    history.get("a", by: 4, level: "cache")
    history.get("a", by: 5, level: "linearizable")
    #expect(try ConsistencyChecker().check(history.events).verdict == .violated)
  }
}
