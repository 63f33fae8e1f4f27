import History
import Testing

@testable import Report

/// What of a history is traffic, and how long each operation took.
struct SampleTests {
  private func event(
    _ process: Int, _ kind: Event.Kind, at seconds: Double, _ function: String = "get", level: String? = "cache"
  ) -> Event {
    Event(
      index: 0, timeNanoseconds: Int64(seconds * 1e9), process: .client(process), kind: kind, function: function,
      key: "k", level: level)
  }

  @Test func trafficIsWhatIsNotOfTheFinalPhase() {
    let samples = Sample.samples(of: [
      event(0, .invoke, at: 1), event(1, .invoke, at: 1.5, "put", level: nil), event(0, .ok, at: 2),
      event(1, .fail, at: 2.5, "put", level: nil),
      Event(index: 0, timeNanoseconds: 2_600_000_000, process: .nemesis, kind: .info, function: "kill"),
      event(2, .invoke, at: 3, "operation", level: nil), event(2, .ok, at: 4, "operation", level: nil),
      event(2, .invoke, at: 4, level: "final"), event(2, .ok, at: 5, level: "final"),
      event(2, .invoke, at: 5, level: "final-cache"), event(2, .ok, at: 6, level: "final-cache"),
    ])
    #expect(
      samples == [
        Sample(start: 1, end: 2, outcome: .ok, kind: "get cache"),
        Sample(start: 1.5, end: 2.5, outcome: .failed, kind: "put"),
      ])
  }

  @Test func whatWasNeverAnsweredIsOpenUntilTheHistoryEnds() {
    let samples = Sample.samples(of: [event(0, .invoke, at: 1), event(1, .invoke, at: 2), event(1, .info, at: 9)])
    #expect(samples.map(\.outcome) == [.unknown, .unknown])
    #expect(samples.map(\.end) == [9, 9])
  }

  @Test func anEmptyHistoryHasNoTraffic() {
    #expect(Sample.samples(of: []).isEmpty)
  }
}
