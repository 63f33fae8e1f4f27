import Testing

@testable import LoadTest
@testable import Stack

@Suite struct ReadingTests {
  @Test(arguments: [
    ("http://127.0.0.1:8000", "http://127.0.0.1:8000"), ("http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
    ("http://[::1]:80", "http://[::1]:80"), ("http://127.0.0.1", "http://127.0.0.1"),
  ]) func thisMachineIsTaken(text: String, url: String) {
    #expect(LoadTarget(text)?.url == url)
  }

  @Test(arguments: [
    "http://10.0.0.1:8000", "http://example.org", "http://localhost:8000", "https://127.0.0.1:8000",
    "http://127.0.0.1.example.org", "http://127.0.0.1:8000/store", "http://127.0.0.1:0", "http://127.0.0.1:99999",
    "http://127.0.0.1@example.org", "http://127.0.0.1:80@example.org", "http://127.0.0.11", "http://127.0.0.199",
    "127.0.0.1:8000", "",
    "http://[::2]:80", "http://127.0.0.1:8 0",
  ]) func everythingElseIsRefused(text: String) {
    #expect(LoadTarget(text) == nil)
  }

  @Test func textsAreWrittenOverInPlace() throws {
    let target = try #require(LoadTarget("http://127.0.0.1:8000"))
    let texts = RequestTexts(
      LoadSettings(
        mode: .users(1, ramp: .zero, loops: 1), target: target, acknowledgement: .committed, read: .linearizable,
        valueBytes: 20))
    #expect(texts.putURL == "http://127.0.0.1:8000/store?ack=committed")
    func written(_ text: String, _ changes: [(number: Int, digits: Int, offset: Int)]) -> String {
      var bytes = Array(text.utf8CString)
      bytes.withUnsafeMutableBufferPointer { buffer in
        for change in changes {
          RequestTexts.write(change.number, digits: change.digits, to: buffer, at: change.offset)
        }
      }
      return String(decoding: bytes.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
    #expect(
      written(texts.getURL, [(123, 7, texts.getKeyOffset)])
        == "http://127.0.0.1:8000/store/load.0000123?read=linearizable")
    #expect(
      written(texts.body, [(9_999_999, 7, texts.bodyKeyOffset), (45, 12, texts.bodyValueOffset)])
        == #"{"key":"load.9999999","value":"000000000045ahovCJQX"}"#)
  }

  @Test func answersNeedProof() {
    let problem = "application/problem+json"
    func outcome(_ kind: LoadRequest.Kind, _ status: Int, _ type: String?, _ body: String) -> LoadOutcome {
      AnswerReading.outcome(of: kind, status: status, contentType: type, body: Array(body.utf8))
    }
    #expect(outcome(.get, 404, problem, #"{"title":"Not Found"}"#) == .absent)
    #expect(outcome(.get, 404, "text/html", "<html>") == .unknown("404"))
    #expect(outcome(.put, 503, problem, #"{"detail":"full","outcome":"not-applied"}"#) == .failed("503 full"))
    #expect(outcome(.put, 503, problem, #"{"outcome":"unknown"}"#) == .unknown("503"))
    #expect(outcome(.put, 504, problem, #"{"outcome":"not-applied"}"#) == .unknown("504"))
    #expect(outcome(.put, 502, "text/html", "<html>") == .unknown("502"))
    #expect(outcome(.put, 400, nil, "") == .failed("400"))
  }

  @Test func theMachinesTimeIsRead() throws {
    let text = "cpu  100 20 30 1000 50 4 6 0 7 8\ncpu0 1 1 1 1 1 1 1 1 1 1\n"
    let reading = try #require(MachineReading(parsing: text, ticksPerSecond: 100, cores: 2))
    #expect(reading.totalSeconds == 12.1 && abs(reading.busySeconds - 1.6) < 1e-9)
    #expect(MachineReading(parsing: "intr 1 2 3", ticksPerSecond: 100, cores: 2) == nil)
    #expect(try #require(MachineReading.now()).totalSeconds > 0)
  }

  @Test func rateLinesAreRead() throws {
    let rates = try BaselineMeter.brokerRates(
      """
      {"outstanding":500,"bytes":200,"messages":40000,"seconds":4.1,"perSecond":9750.5}
      {"outstanding":1,"bytes":200,"messages":2000,"seconds":4,"perSecond":500}

      """)
    #expect(rates.map(\.perSecond) == [9750.5, 500])
    #expect(rates[0].name.contains("200 bytes") && rates[0].name.contains("500 outstanding"))
    let csv = """
      "test","rps","avg_latency_ms","min_latency_ms","p50_latency_ms","p95_latency_ms","p99_latency_ms","max_latency_ms"
      "SET key xxx","123456.78","0.3","0.1","0.2","0.3","0.4","2.0"

      """
    #expect(BaselineMeter.redisRate(csv) == 123_456.78)
    #expect(BaselineMeter.redisRate("WARNING: it went wrong") == nil)
  }

  @Test func processorTimeIsAccountedFor() throws {
    let start = ContinuousClock.now
    func machine(_ busy: Double, _ total: Double) -> MachineReading? {
      MachineReading(
        parsing: "cpu \(busy * 100) 0 0 \((total - busy) * 100) 0 0 0 0", ticksPerSecond: 100, cores: 2)
    }
    let before = StackMeter.Reading(
      processors: [
        "api": ProcessorTime(containers: 3, nanoseconds: 5 * second),
        "worker": ProcessorTime(containers: 3, nanoseconds: 9 * second),
        "redis": ProcessorTime(containers: 6, nanoseconds: second),
      ], machine: machine(100, 1_000), moment: start)
    let after = StackMeter.Reading(
      processors: [
        "api": ProcessorTime(containers: 3, nanoseconds: 7 * second),
        "worker": ProcessorTime(containers: 3, nanoseconds: 10 * second),
        // Restarted.
        "redis": ProcessorTime(containers: 6, nanoseconds: second / 2),
      ], machine: machine(106, 1_020), moment: start + .seconds(10))
    let accounts = ProcessorAccounts(
      before: before, after: after, generatorNanoseconds: second, generatorSeconds: 5, requests: 20_000)
    #expect(
      accounts.processors.map(\.name) == ["api", "worker", "api and worker", "generator", "the rest of the machine"])
    #expect(accounts.processors.map(\.microsecondsPerRequest) == [100, 50, 150, 50, 100])
    #expect(accounts.processors.map(\.cores) == [0.2, 0.1, 0.3, 0.2, 0.2])
    #expect(try #require(accounts.machine).busy == 0.3)
  }
}
