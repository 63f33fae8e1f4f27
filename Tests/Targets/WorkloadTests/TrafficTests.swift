import Foundation
import History
import Synchronization
import TestSupport
import Testing

@testable import ChaosPlan
@testable import Workload

/// Clients that go on until they are told to stop.
@Suite(.timeLimit(.minutes(10))) struct TrafficTests {
  /// What the clients did, by client.
  private final class Log: Sendable {
    struct Seen: Sendable, Hashable {
      var begun = 0
      var performed = 0
      var paused = 0
      var ended = 0
    }

    private let seen: Mutex<[Seen]>

    init(clients: Int) { seen = Mutex([Seen](repeating: Seen(), count: clients)) }

    var clients: [Seen] { seen.withLock { $0 } }
    var performed: Int { clients.reduce(0) { $0 + $1.performed } }

    func note(_ client: Int, _ path: any WritableKeyPath<Seen, Int> & Sendable) {
      seen.withLock { $0[client][keyPath: path] += 1 }
    }
  }

  private struct Client: TrafficClient {
    var offset: Double { 0 }
    let number: Int
    let log: Log
    var outcome = Outcome.ok
    let stop: @Sendable () -> Void

    func begin() async { log.note(number, \.begun) }
    func end() async { log.note(number, \.ended) }

    func performNext() async -> Outcome {
      log.note(number, \.performed)
      if log.performed >= 50 { stop() }
      // So that the other clients have a turn.
      await Task.yield()
      return outcome
    }

    func pause(after outcome: Outcome) -> Duration? {
      guard outcome != .ok else { return nil }
      log.note(number, \.paused)
      return .zero
    }
  }

  /// What a client calls when it has seen enough.
  private final class Switch: Sendable {
    private let target = Mutex<Traffic?>(nil)
    func set(_ traffic: Traffic) { target.withLock { $0 = traffic } }
    func stop() { target.withLock { $0 }?.stop() }
  }

  @Test(arguments: [Outcome.ok, .failed, .unknown], [nil, Duration.zero])
  func everyClientBeginsAndEndsOnce(outcome: Outcome, period: Duration?) async {
    let log = Log(clients: 3)
    let off = Switch()
    let traffic = Traffic(clients: 3, period: period) {
      Client(number: $0, log: log, outcome: outcome) { off.stop() }
    }
    off.set(traffic)
    await traffic.run()
    #expect(log.clients.map(\.begun) == [1, 1, 1] && log.clients.map(\.ended) == [1, 1, 1])
    // Each client may have one under way when the fiftieth is seen.
    #expect((50..<53).contains(log.performed))
    for client in log.clients { #expect(client.paused == (outcome == .ok ? 0 : client.performed)) }
  }

  @Test func aCancelledTaskEndsTheTraffic() async {
    let log = Log(clients: 2)
    let traffic = Traffic(clients: 2, period: .seconds(3_600)) { Client(number: $0, log: log) {} }
    let task = Task { await traffic.run() }
    // Each performs its first operation and then waits for an hour.
    while log.performed < 2 { await Task.yield() }
    task.cancel()
    await task.value
    #expect(log.clients.map(\.performed) == [1, 1] && log.clients.map(\.ended) == [1, 1])
  }

  /// The store sees the operations of the seed, in order, whatever it answers.
  @Test(arguments: [true, false]) func theStoreGetsTheOperationsOfTheSeed(isServing: Bool) async throws {
    let server = RawServer { connection in
      while let request = connection.readRequest() {
        if isServing {
          connection.answer(#"{"value":"v"}"#)
        } else {
          connection.answer("no", status: "400 Bad Request")
        }
        _ = request
      }
    }
    let settings = WorkloadSettings(
      clients: 1, keys: 10, freshKeyShare: 0.25, readShare: 0.5, deleteShare: 0.1,
      acknowledgements: Mix(parts: [.init(.queued, share: 1)]), reads: Mix(parts: [.init(.cache, share: 1)]))
    let count = 4
    let invocations = Mutex<[Event]>([])
    let off = Switch()
    let history = try HistoryWriter(
      path: NSTemporaryDirectory() + "kvchaos-traffic-\(UUID().uuidString).jsonl"
    ) { event in
      guard event.kind == .invoke else { return }
      if invocations.withLock({
        $0.append(event)
        return $0.count
      }) == count {
        off.stop()
      }
    }
    defer { try? FileManager.default.removeItem(atPath: history.path) }
    let recorder = Recorder(store: StoreClient(baseURL: server.url(""), connections: 1), history: history, stride: 1)
    let traffic = Traffic(settings: settings, seed: 7, namespace: "n", recorder: recorder)
    off.set(traffic)
    await traffic.run()

    var generator = RegisterGenerator(settings: settings, client: 0, seed: 7, namespace: "n")
    let expected = (0..<count).map { _ in generator.next().invocation }
    let sent = invocations.withLock { $0 }
    #expect(sent.map(\.function) == expected.map(\.function) && sent.map(\.key) == expected.map(\.key))
    #expect(sent.map(\.value) == expected.map(\.value) && sent.map(\.operation) == expected.map(\.operation))
    #expect(recorder.failure == nil)
  }
}
