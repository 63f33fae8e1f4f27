import Foundation
import History
import Synchronization
import TestSupport
import Testing

@testable import Workload

/// The final phase asks for writes that were refused, too.
@Suite struct RefusedWritesTests {
  /// Refuses every write and has applied it all the same: what P1 and P3 forbid, and only the record shows.
  @Test(.timeLimit(.minutes(10))) func aRefusedWriteIsAskedFor() async throws {
    let server = RawServer { connection in
      while let request = connection.readRequest() {
        if request.hasPrefix("GET /operations/") {
          connection.answer(#"{"applied":true,"version":1}"#)
        } else if request.hasPrefix("GET ") {
          connection.answer(#"{"value":"v"}"#, header: "ETag: \"1\"\r\n")
        } else {
          connection.answer(
            #"{"outcome":"not-applied"}"#, status: "503 Service Unavailable",
            header: "Content-Type: application/problem+json\r\n")
        }
      }
    }
    let audits = Mutex<[Event]>([])
    let history = try HistoryWriter(
      path: NSTemporaryDirectory() + "kvchaos-refused-\(UUID().uuidString).jsonl"
    ) { event in
      guard event.function == "operation", event.kind == .ok else { return }
      audits.withLock { $0.append(event) }
    }
    let recorder = Recorder(
      store: StoreClient(baseURL: server.url(""), connections: 2), history: history, stride: 3)
    var process = 0
    let write = StoreOperation(action: .put(value: "v", .queued), key: "k", operation: "o1")
    #expect(await recorder.perform(write, process: &process).outcome == .failed)
    let settlement = Settlement(
      recorder: recorder, firstProcess: 1,
      limits: Settlement.Limits(
        stall: .seconds(60), answer: .seconds(60), convergence: .seconds(60), concurrency: 2))
    let outcome = await settlement.run { _, _, _ in }
    #expect(outcome.refusedWrites == 1 && outcome.acknowledgedWrites == 0 && outcome.unknownWrites == 0)
    #expect(outcome.appliedRefusedWrites == ["o1"])
    #expect(outcome.keys == 1 && outcome.isComplete)
    #expect(audits.withLock { $0.map(\.value) } == [.bool(true)])
  }
}
