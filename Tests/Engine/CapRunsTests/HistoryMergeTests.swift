import History
import Testing

@testable import CapRuns

/// Several containers' events on one clock.
struct HistoryMergeTests {
  private func event(
    _ time: Int64, _ process: Event.Process, _ kind: Event.Kind, _ value: String = "v"
  ) -> Event {
    Event(index: 99, timeNanoseconds: time, process: process, kind: kind, function: "put", value: .string(value))
  }

  @Test func eventsAreInTheOrderOfTheSharedClockAndNumberedAnew() {
    let merged = HistoryMerge.merge(
      [
        [event(1_000, .client(0), .invoke), event(1_400, .client(0), .ok)],
        [event(1_100, .client(20), .invoke), event(1_200, .client(20), .fail)],
        [event(1_150, .nemesis, .info)],
      ], startingAt: 900)
    #expect(merged.map(\.timeNanoseconds) == [100, 200, 250, 300, 500])
    #expect(merged.map(\.process) == [.client(0), .client(20), .nemesis, .client(20), .client(0)])
    #expect(merged.map(\.index) == [0, 1, 2, 3, 4])
  }

  @Test func atOneTimeAContainersOwnOrderStays() {
    let merged = HistoryMerge.merge(
      [
        [event(10, .client(0), .invoke, "a"), event(10, .client(0), .ok, "a"), event(10, .client(0), .invoke, "b")],
        [event(10, .client(20), .invoke, "c")],
      ], startingAt: 0)
    #expect(merged.map(\.value) == [.string("a"), .string("a"), .string("b"), .string("c")])
  }

  @Test func whatBeganBeforeTheStartIsLeftOutWithItsEnd() {
    let merged = HistoryMerge.merge(
      [
        [event(5, .client(0), .invoke, "early"), event(15, .client(0), .ok, "early"), event(16, .client(0), .invoke)],
        [event(4, .nemesis, .info)],
      ], startingAt: 10)
    #expect(merged.map(\.timeNanoseconds) == [6])
  }
}
