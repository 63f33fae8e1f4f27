import Foundation
import History
import Testing
import Workload

@testable import TierWorkload

/// What becomes of a client's operations in its history.
struct TierRecorderTests {
  /// What a recorder writes of operations that end so, one after another, and the process it ends as.
  private func events(
    _ operations: [(TierOperation, Completion)], level: String? = nil
  ) async throws -> (events: [Event], process: Int) {
    let path = NSTemporaryDirectory() + "kvchaos-recorder-\(UUID().uuidString).jsonl"
    #expect(FileManager.default.createFile(atPath: path, contents: nil))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let file = try #require(FileHandle(forWritingAtPath: path))
    var recorder = TierRecorder(
      sink: EventSink(descriptor: file.fileDescriptor), process: 3, stride: 100, level: level)
    for (operation, completion) in operations { _ = await recorder.perform(operation) { completion } }
    return (try RecordedHistory(path: path).events, recorder.process)
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
