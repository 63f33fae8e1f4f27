import Foundation
import Glibc
import TestSupport
import Testing

@testable import History

@Suite struct HistoryWriterTests {
  private func temporaryPath() -> String {
    FileManager.default.temporaryDirectory.appendingPathComponent("history-\(UUID().uuidString).jsonl").path
  }

  @Test func eventsComeBackAsTheyWereWritten() throws {
    let path = temporaryPath()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let writer = try HistoryWriter(path: path)
    let first = try writer.append(
      process: .client(3), kind: .invoke, function: "put", key: "a \"quoted\"\n\u{1F600}ключ",
      value: .string("\\\t\u{1}"),
      operation: "op", level: "queued")
    let second = try writer.append(
      process: .client(3), kind: .ok, function: "put", key: first.key,
      value: .list([.integer(-5), .bool(true), .null]),
      version: Int64.max, operation: "op", error: "none", level: "queued")
    let third = try writer.append(process: .nemesis, kind: .info, function: "kill", value: .string("redis-1"))
    try writer.close()
    let read = try RecordedHistory(path: path)
    #expect(read.events == [first, second, third])
    #expect(read.format == .jsonLines && read.truncatedLine == nil)
    #expect([first, second, third].map(\.index) == [0, 1, 2])
  }

  @Test func everyEventIsInTheFileBeforeAppendReturns() throws {
    let path = temporaryPath()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let writer = try HistoryWriter(path: path)
    for number in 1...5 {
      try writer.append(process: .client(0), kind: number % 2 == 1 ? .invoke : .ok, function: "get")
      #expect(try RecordedHistory(path: path).events.count == number)
    }
  }

  @Test func theOrderOfTheFileIsTheOrderOfTimeForManyWriters() async throws {
    let path = temporaryPath()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let writer = try HistoryWriter(path: path)
    await withTaskGroup(of: Void.self) { group in
      for process in 0..<8 {
        group.addTask {
          for number in 0..<200 {
            _ = try? writer.append(
              process: .client(process), kind: number % 2 == 0 ? .invoke : .ok, function: "get", key: "k")
          }
        }
      }
    }
    try writer.close()
    let events = try RecordedHistory(path: path).events
    #expect(events.count == 1600 && writer.count == 1600)
    #expect(events.map(\.index) == Array(0..<1600))
    #expect(zip(events, events.dropFirst()).allSatisfy { $0.timeNanoseconds <= $1.timeNanoseconds })
  }

  @Test func aClosedHistoryTakesNoMore() throws {
    let path = temporaryPath()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let writer = try HistoryWriter(path: path)
    try writer.close()
    try writer.close()
    #expect(throws: HistoryError.self) { try writer.append(process: .client(0), kind: .invoke, function: "get") }
  }

  @Test func theObserverSeesEveryEventInOrder() throws {
    let path = temporaryPath()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let (stream, continuation) = AsyncStream<Event>.makeStream()
    _ = stream
    let writer = try HistoryWriter(path: path, observer: { continuation.yield($0) })
    let event = try writer.append(process: .client(0), kind: .invoke, function: "get")
    #expect(event.index == 0 && writer.count == 1)
  }

  /// The disk is full in the middle of a record, and has room again later.
  @Test func anEventThatBrokeOffLeavesNothing() throws {
    let path = temporaryPath()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let disk = FullDisk()
    let writer = try HistoryWriter(path: path, startingAt: .now, observer: nil, write: disk.write)
    let first = try writer.append(process: .client(0), kind: .invoke, function: "get", key: "k")
    disk.leave(20)
    #expect(throws: HistoryError.self) {
      try writer.append(process: .client(0), kind: .ok, function: "get", key: "k", value: .string("lost"))
    }
    disk.leave(nil)
    let second = try writer.append(process: .client(0), kind: .info, function: "get", key: "k")
    try writer.close()
    let read = try RecordedHistory(path: path)
    #expect(read.events == [first, second] && read.truncatedLine == nil)
  }

  /// A pipe has no end to go back to.
  @Test func whereABrokenEventCannotBeTakenBackNothingMoreIsTaken() throws {
    let path = temporaryPath()
    defer { try? FileManager.default.removeItem(atPath: path) }
    try #require(mkfifo(path, 0o600) == 0)
    // Both ends, so that opening does not wait.
    let reader = open(path, O_RDWR | O_NONBLOCK)
    try #require(reader >= 0)
    defer { close(reader) }
    let disk = FullDisk()
    let writer = try HistoryWriter(path: path, startingAt: .now, observer: nil, write: disk.write)
    disk.leave(20)
    #expect(throws: HistoryError.self) { try writer.append(process: .client(0), kind: .invoke, function: "get") }
    disk.leave(nil)
    #expect(throws: HistoryError.self) { try writer.append(process: .client(0), kind: .invoke, function: "get") }
    #expect(writer.count == 0)
  }
}
