import Testing

@testable import Consistency

/// How long a fault lasted, from what the nemesis said.
@Suite struct FaultSpanTests {
  private func spans(_ words: [(String, String)]) -> [Timeline.Fault] {
    var spans = FaultSpans()
    for (second, (word, target)) in words.enumerated() { spans.add(word, target: target, at: Int64(second)) }
    return spans.faults
  }

  @Test(
    arguments: [
      // Ours: healed, never healed, of an instant, refused.
      (["kill", "kill-in-effect", "heal-kill", "heal-kill-done"], 3), (["kill", "kill-in-effect"], nil),
      (["kill", "kill-in-effect", "heal-kill", "heal-kill-failed"], nil), (["flush"], 0), (["kill", "kill-failed"], 1),
      // The fault that has the name of Jepsen's end.
      (["stop", "stop-in-effect", "heal-stop", "heal-stop-done"], 3), (["stop", "stop-in-effect"], nil),
      (["stop", "stop-failed"], 1),
      // Jepsen's: each word twice, once said and once done.
      (["start", "start", "stop", "stop"], 2), (["start-partition", "start-partition", "stop-partition"], 2),
      (["start-partition"], nil),
    ] as [([String], Int64?)])
  func aFaultLastsUntilItIsHealed(words: [String], end: Int64?) {
    let faults = spans(words.map { ($0, "redis-1") })
    #expect(faults.count == 1)
    #expect(faults.first?.nanoseconds == 0 && faults.first?.endNanoseconds == end)
    #expect(faults.first?.text.hasPrefix("\(words[0]) redis-1") == true)
  }

  /// The same fault on two nodes, one inside the other, and once more on one of them.
  @Test func faultsAreToldApartByTheirTargets() {
    let faults = spans([
      ("kill", "a"), ("kill", "b"), ("heal-kill-done", "b"), ("heal-kill-done", "a"), ("kill", "a"),
      ("heal-kill-done", "a"),
    ])
    #expect(faults.map(\.nanoseconds) == [0, 1, 4])
    #expect(faults.map(\.endNanoseconds) == [3, 2, 5])
  }

  @Test func theEndOfNothingIsNothing() {
    #expect(spans([("heal-kill", "a"), ("stop", ""), ("kill-failed", "a")]).isEmpty)
  }
}
