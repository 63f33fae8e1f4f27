import Foundation
import History
import Synchronization
import TestSupport
import Testing

@testable import Workload

/// The final phase against a store that is gone.
@Suite struct SettlementTests {
  /// The patience for one question must not add up over all of them: otherwise a user would wait for the verdict for
  /// hours.
  @Test(.timeLimit(.minutes(10))) func aStoreThatIsGoneIsNotAskedForEverything() async throws {
    // Takes every connection, and closes it without a word: the outcome of each operation is unknown.
    let server = RawServer { _ = $0.readRequest() }
    let asked = Mutex<Set<String>>([])
    let history = try HistoryWriter(
      path: NSTemporaryDirectory() + "kvchaos-settlement-\(UUID().uuidString).jsonl"
    ) { event in
      guard event.function == "operation", event.kind == .invoke else { return }
      asked.withLock { _ = $0.insert(event.operation ?? "") }
    }
    let lanes = 4
    let recorder = Recorder(
      store: StoreClient(baseURL: server.url(""), connections: lanes), history: history,
      stride: lanes + 1)
    var process = 0
    for number in 0..<40 {
      let write = StoreOperation(action: .put(value: "v", .queued), key: "k\(number)", operation: "o\(number)")
      #expect(await recorder.perform(write, process: &process).outcome == .unknown)
    }
    let settlement = Settlement(
      recorder: recorder, firstProcess: 1,
      limits: Settlement.Limits(
        stall: .seconds(20), answer: .milliseconds(600), convergence: .seconds(1), concurrency: lanes))
    let outcome = await settlement.run { _, _, _ in }
    // One for each lane, and then no more; all of them are told to be open.
    #expect(asked.withLock { $0.count } == lanes)
    #expect(outcome.unansweredAudits.count == 40)
    #expect(outcome.unreadKeys.count == 40)
    #expect(!outcome.isComplete)
  }
}
