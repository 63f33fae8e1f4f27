import History
import Testing

/// The nemesis' words, for the one who writes them and the one who reads them.
struct FaultEventTests {
  @Test(
    arguments: [
      (FaultEvent.struck, "kill"), (.inEffect, "kill-in-effect"), (.failed, "kill-failed"), (.skipped, "kill-skipped"),
      (.healOrdered, "heal-kill"), (.healed, "heal-kill-done"), (.healFailed, "heal-kill-failed"),
    ] as [(FaultEvent, String)])
  func everyWordIsReadAsItWasWritten(event: FaultEvent, word: String) {
    #expect(event.historyName(of: "kill") == word)
    #expect(FaultEvent.named(word) == (event, "kill"))
  }

  @Test func anEarlyEndIsNoWordOfAHistory() {
    #expect(FaultEvent.endedEarly.historyName(of: "kill") == nil)
    #expect(FaultEvent.allCases.count { $0.historyName(of: "x") == nil } == 1)
  }

  /// Other nemeses' words, and faults whose own names look like an event's.
  @Test(
    arguments: [
      ("start-partition", FaultEvent.struck, "start-partition"), ("kill-done", .struck, "kill-done"),
      ("heal-done", .healOrdered, "done"), ("heal-move-slots-done", .healed, "move-slots"), ("", .struck, ""),
      ("failed", .struck, "failed"), ("heal-x-skipped", .healOrdered, "x-skipped"),
    ] as [(String, FaultEvent, String)])
  func aWordThatNothingWasAddedToIsAStrike(word: String, event: FaultEvent, fault: String) {
    #expect(FaultEvent.named(word) == (event, fault))
  }
}
