import Foundation
import Glibc
import History
import Synchronization
import Testing

@testable import Workload

/// The final phase against a store that is gone.
@Suite struct SettlementTests {
  /// Takes every connection, and closes it without a word: the outcome of each operation is unknown.
  private final class MuteServer: Sendable {
    let port: Int
    private let listener: Int32

    init() {
      let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = inet_addr("127.0.0.1")
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          precondition(bind(listener, $0, length) == 0 && listen(listener, 64) == 0)
          getsockname(listener, $0, &length)
        }
      }
      self.listener = listener
      port = Int(UInt16(bigEndian: address.sin_port))
      Thread.detachNewThread {
        while true {
          let connection = accept(listener, nil, nil)
          guard connection >= 0 else { return }
          var buffer = [UInt8](repeating: 0, count: 4_096)
          _ = read(connection, &buffer, buffer.count)
          close(connection)
        }
      }
    }

    deinit {
      shutdown(listener, Int32(SHUT_RDWR))
      close(listener)
    }
  }

  /// The patience for one question must not add up over all of them: who waits for the verdict would wait for hours.
  @Test(.timeLimit(.minutes(1))) func aStoreThatIsGoneIsNotAskedForEverything() async throws {
    let server = MuteServer()
    let asked = Mutex<Set<String>>([])
    let history = try HistoryWriter(
      path: NSTemporaryDirectory() + "kvchaos-settlement-\(UUID().uuidString).jsonl"
    ) { event in
      guard event.function == "operation", event.kind == .invoke else { return }
      asked.withLock { _ = $0.insert(event.operation ?? "") }
    }
    let lanes = 4
    let recorder = Recorder(
      store: StoreClient(baseURL: "http://127.0.0.1:\(server.port)", connections: lanes), history: history,
      stride: lanes + 1)
    var process = 0
    for number in 0..<40 {
      let write = StoreOperation(action: .put(value: "v", .queued), key: "k\(number)", operation: "o\(number)")
      #expect(await recorder.perform(write, process: &process).kind == .unknown)
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
