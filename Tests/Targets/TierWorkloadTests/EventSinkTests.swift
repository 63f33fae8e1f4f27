import Foundation
import History
import Testing
import Workload

@testable import TierWorkload

/// What a container prints of its clients' operations.
struct EventSinkTests {
  /// What is written of operations that end so, one after another, and the process it ends as.
  private func events(
    _ operations: [(TierOperation, Completion)], level: String? = nil
  ) async throws -> (events: [Event], process: Int) {
    let path = NSTemporaryDirectory() + "kvchaos-recorder-\(UUID().uuidString).jsonl"
    #expect(FileManager.default.createFile(atPath: path, contents: nil))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let file = try #require(FileHandle(forWritingAtPath: path))
    var client = RecordedClient(
      sink: EventSink(descriptor: file.fileDescriptor), process: 3, stride: 100, level: level)
    for (operation, completion) in operations { _ = await client.perform(operation) { completion } }
    return (try RecordedHistory(path: path).events, client.process)
  }

  /// What timed out may still act: its process never says anything again.
  @Test func anUnknownOutcomeEndsItsProcess() async throws {
    let put = TierOperation.put(key: 1, value: "3.0")
    let outcomes: [Outcome] = [.ok, .unknown, .failed, .unknown]
    let (events, process) = try await events(outcomes.map { (put, Completion($0, error: "e")) }, level: "final")
    #expect(process == 203)
    #expect(events.map(\.process) == [3, 3, 3, 3, 103, 103, 103, 103].map(Event.Process.client))
    #expect(events.map(\.kind) == [.invoke, .ok, .invoke, .info, .invoke, .fail, .invoke, .info])
    #expect(events.map(\.error) == [nil, "e", nil, "e", nil, "e", nil, "e"])
    #expect(events.map(\.index) == Array(0..<8))
    #expect(events.allSatisfy { $0.function == "put" && $0.key == "k1" && $0.level == "final" })
    #expect(events.allSatisfy { $0.value == .string("3.0") })
    #expect(zip(events, events.dropFirst()).allSatisfy { $0.timeNanoseconds <= $1.timeNanoseconds })
  }

  @Test func anAnswerHasWhatWasRead() async throws {
    let (events, _) = try await events([
      (.get(key: 2), Completion(.ok, value: .string("1.7"))), (.dequeue, Completion(.ok, value: .null)),
    ])
    #expect(events.map(\.value) == [.null, .string("1.7"), .null, .null])
    #expect(events.map(\.key) == ["k2", "k2", nil, nil])
  }
}

/// How a history names the operations.
struct TierOperationTests {
  @Test(
    arguments: [
      (TierOperation.put(key: 1, value: "v"), "put", "k1", Value.string("v")), (.get(key: 2), "get", "k2", .null),
      (.add("e"), "add", nil, .string("e")), (.readAll, "read", nil, .null),
      (.enqueue("m"), "enqueue", nil, .string("m")),
      (.dequeue, "dequeue", nil, .null), (.readBalances, "read", nil, .null),
      (.transfer(from: 0, to: 3, amount: 7), "transfer", nil, .list([.integer(0), .integer(3), .integer(7)])),
    ] as [(TierOperation, String, String?, Value)])
  func anOperationHasItsNameInTheHistory(operation: TierOperation, function: String, key: String?, value: Value) {
    let invocation = operation.invocation
    #expect(invocation.kind == .invoke && invocation.function == function)
    #expect(invocation.key == key && invocation.value == value)
    #expect(invocation.level == nil && invocation.operation == nil)
  }
}
