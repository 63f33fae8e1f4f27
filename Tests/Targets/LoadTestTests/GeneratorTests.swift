import Foundation
import Synchronization
import TestSupport
import Testing

@testable import LoadTest

/// The generator against real sockets.
@Suite struct GeneratorTests {
  private func settings(
    _ mode: LoadSettings.Mode, _ server: StubServer, timeout: Duration = .seconds(20), token: String? = nil
  ) throws -> LoadSettings {
    LoadSettings(
      mode: mode, target: try #require(LoadTarget(server.url)), keys: 50, valueBytes: 20,
      timeout: timeout, token: token)
  }

  @Test(.timeLimit(.minutes(10))) func usersPutAndGet() async throws {
    let seen = Mutex<[String]>([])
    let server = StubServer { request, _ in
      seen.withLock { $0.append(request) }
      return .answer(status: "200 OK", body: #"{"value":"x"}"#)
    }
    let settings = try settings(.users(5, ramp: .milliseconds(50), loops: 8), server, token: "secret")
    let result = try await LoadGenerator(settings).run()
    #expect(result.recorder.puts.ok == 40 && result.recorder.gets.ok == 40)
    #expect(result.recorder.errors.isEmpty && result.recorder.total == 80)
    #expect(result.processorNanoseconds > 0)
    let requests = seen.withLock { $0 }
    #expect(requests.count == 80)
    #expect(requests.allSatisfy { $0.contains("Authorization: Bearer secret\r\n") })
    let puts = requests.filter { $0.hasPrefix("PUT /store?ack=queued HTTP/1.1\r\n") }
    #expect(puts.count == 40)
    for put in puts {
      let body = try #require(put.components(separatedBy: "\r\n\r\n").last)
      let fields = try JSONDecoder().decode([String: String].self, from: Data(body.utf8))
      #expect(fields["value"]?.utf8.count == 20)
      let key = try #require(fields["key"])
      #expect(requests.contains { $0.hasPrefix("GET /store/\(key)?read=cache HTTP/1.1\r\n") })
    }
  }

  /// Nothing is answered for half a second. An open loop shows it in every request that was due meanwhile; there are
  /// eight connections, so a closed loop of eight clients would show it in eight.
  @Test(.timeLimit(.minutes(10))) func aStallShowsInTheLatencies() async throws {
    let gate = StallGate(after: 50, length: 0.5)
    let server = StubServer { _, _ in
      gate.pass()
      return .answer(status: "200 OK", body: "{}")
    }
    let settings = try settings(.rate(200, duration: .seconds(2), connections: 8), server)
    let result = try await LoadGenerator(settings).run()
    #expect(result.recorder.total == 400)
    #expect(result.recorder.errors.isEmpty)
    var all = result.recorder.puts.latency
    for step in result.recorder.gets.latency.recordedValues() { all.record(step.value, count: step.count) }
    // 100 were due while it stood still, 80 of them more than 100 ms before its end.
    let slow = 400 * (1 - all.percentileAtOrBelowValue(100_000) / 100)
    #expect(slow >= 75, "\(slow)")
    #expect(all.maxRecorded >= 450_000)
  }

  @Test(.timeLimit(.minutes(10))) func refusalsAreFailedAndSilenceIsUnknown() async throws {
    let server = StubServer { request, _ in
      request.hasPrefix("PUT")
        ? .answer(
          status: "503 Service Unavailable", header: "Content-Type: application/problem+json\r\n",
          body: #"{"detail":"the queue is full","outcome":"not-applied"}"#)
        : .silence
    }
    let settings = try settings(.users(2, ramp: .zero, loops: 1), server, timeout: .milliseconds(200))
    let result = try await LoadGenerator(settings).run()
    #expect(result.recorder.puts.failed == 2 && result.recorder.gets.unknown == 2)
    #expect(
      result.recorder.errors == [
        "PUT failed: 503 the queue is full": 2, "GET unknown: no answer within 0.2 s": 2,
      ])
  }

  /// The server takes a request on a kept connection, resets it, and refuses the next: it may have been done.
  @Test(.timeLimit(.minutes(10))) func aRequestThatWasTakenBeforeTheServerWentIsUnknown() async throws {
    let server = VanishingServer(resets: true, answers: "PUT")
    let settings = LoadSettings(
      mode: .users(1, ramp: .zero, loops: 1), target: try #require(LoadTarget(server.url)), keys: 50, valueBytes: 20,
      timeout: .seconds(20), token: nil)
    let result = try await LoadGenerator(settings).run()
    #expect(server.requests == ["PUT", "GET"])
    #expect(result.recorder.puts.ok == 1)
    #expect(result.recorder.gets.unknown == 1 && result.recorder.gets.failed == 0, "\(result.recorder.errors)")
  }

  /// A user who stops a test soon has the results, even if nothing is answered any more.
  @Test(.timeLimit(.minutes(10))) func aStopEndsSilenceToo() async throws {
    let isSilent = Atomic(false)
    let server = StubServer { _, _ in
      isSilent.load(ordering: .relaxed) ? .silence : .answer(status: "200 OK", body: "{}")
    }
    let settings = try settings(.saturated(clients: 4, duration: .seconds(600)), server, timeout: .seconds(500))
    let stop = Mutex<(@Sendable () -> Void)?>(nil)
    let generator = LoadGenerator(settings) { second in
      isSilent.store(true, ordering: .relaxed)
      if second.second == 1 { stop.withLock { $0 }?() }
    }
    stop.withLock { $0 = { generator.stop() } }
    let result = try await generator.run()
    #expect(result.isInterrupted && result.recorder.puts.ok > 0)
    #expect(result.recorder.errors.values.reduce(0, +) == 4)
    #expect(result.recorder.errors.keys.allSatisfy { $0.hasSuffix("no answer before the interruption") })
  }

  @Test(.timeLimit(.minutes(10))) func nobodyListens() async throws {
    let server = StubServer { _, _ in .silence }
    let settings = try settings(.users(3, ramp: .zero, loops: 2), server)
    server.close()
    let result = try await LoadGenerator(settings).run()
    #expect(result.recorder.puts.failed == 6 && result.recorder.gets.failed == 6)
  }

  /// What is cut off after it was sent may have been done.
  @Test(.timeLimit(.minutes(10))) func aBrokenAnswerIsUnknown() async throws {
    let server = StubServer { _, _ in .cut }
    let settings = try settings(.users(1, ramp: .zero, loops: 1), server)
    let result = try await LoadGenerator(settings).run()
    #expect(result.recorder.puts.unknown == 1 && result.recorder.gets.unknown == 1)
  }

  @Test(.timeLimit(.minutes(10))) func stoppingEndsIt() async throws {
    let server = StubServer { _, _ in .answer(status: "200 OK", body: "{}") }
    let settings = try settings(.saturated(clients: 2, duration: .seconds(600)), server)
    let generator = LoadGenerator(settings)
    let run = Task { try await generator.run() }
    run.cancel()
    let result = try await run.value
    #expect(result.elapsedNanoseconds < 30 * second)
  }
}

/// Lets every request pass, except for some time after this many have.
private final class StallGate: Sendable {
  private let count = Mutex(0)
  private let end = Mutex<Date?>(nil)
  private let after: Int
  private let length: TimeInterval

  init(after: Int, length: TimeInterval) {
    self.after = after
    self.length = length
  }

  func pass() {
    let number = count.withLock { count in
      count += 1
      return count
    }
    if number == after { end.withLock { $0 = Date(timeIntervalSinceNow: length) } }
    if let until = end.withLock({ $0 }) { Thread.sleep(until: until) }
  }
}
