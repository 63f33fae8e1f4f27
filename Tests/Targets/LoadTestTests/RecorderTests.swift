import Testing

@testable import LoadTest

@Suite struct RecorderTests {
  private func request(_ kind: LoadRequest.Kind, at moment: UInt64) -> LoadRequest {
    LoadRequest(client: 0, kind: kind, key: 0, intendedNanoseconds: moment)
  }

  @Test func outcomesAreCountedApart() {
    var recorder = LoadRecorder()
    recorder.record(request(.put, at: 0), .ok, sent: 0, ended: 4 * millisecond)
    recorder.record(request(.put, at: 0), .failed("503 full"), sent: 0, ended: millisecond)
    recorder.record(request(.put, at: 0), .unknown("504"), sent: 0, ended: 9 * second)
    recorder.record(request(.get, at: 0), .absent, sent: 0, ended: 2 * millisecond)
    recorder.finish()
    #expect(recorder.puts.ok == 1 && recorder.puts.failed == 1 && recorder.puts.unknown == 1)
    #expect(recorder.gets.absent == 1 && recorder.gets.ok == 0)
    #expect(recorder.errors == ["PUT failed: 503 full": 1, "PUT unknown: 504": 1])
    #expect(recorder.acknowledgedPuts == 1)
    // A refusal does not make the latencies look better, and a timeout does not vanish from them.
    #expect(recorder.puts.latency.totalCount == 2 && recorder.puts.latency.maxRecorded == 9_000_000)
  }

  @Test func secondsWithoutAnAnswerAreThere() {
    var recorder = LoadRecorder()
    recorder.record(request(.put, at: 0), .ok, sent: 0, ended: 4 * millisecond)
    recorder.record(request(.get, at: 0), .ok, sent: 0, ended: 3 * second + 1)
    recorder.finish()
    #expect(recorder.seconds.map(\.puts) == [1, 0, 0, 0])
    #expect(recorder.seconds.map(\.gets) == [0, 0, 0, 1])
    #expect(recorder.seconds[1].putP99 == nil && recorder.seconds[0].getP99 == nil)
    #expect(recorder.seconds.map(\.second) == [0, 1, 2, 3])
  }

  @Test func latencyCountsFromTheIntendedMoment() {
    var recorder = LoadRecorder()
    recorder.record(request(.put, at: 0), .ok, sent: 900 * millisecond, ended: second)
    #expect(recorder.puts.latency.maxRecorded == 1_000_000)
    #expect(recorder.sendDelay.maxRecorded == 900_000)
  }

  @Test func theRowOfBothIsTheirSum() {
    var recorder = LoadRecorder()
    for index in 1...100 {
      let end = UInt64(index) * millisecond
      recorder.record(request(index.isMultiple(of: 4) ? .get : .put, at: 0), .ok, sent: 0, ended: end)
    }
    let rows = LoadReport.rows(recorder, seconds: 2)
    #expect(rows.map(\.name) == ["PUT", "GET", "all"])
    #expect(rows.map(\.count) == [75, 25, 100])
    #expect(rows[2].perSecond == 50 && rows[2].max == 100)
    #expect(abs(rows[2].mean - 50.5) < 0.1 && abs(rows[2].standardDeviation - 28.87) < 0.1)
    #expect(abs(rows[2].p90 - 90) < 0.1)
    #expect(rows[2].distribution.last?.share == 1)
  }
}
