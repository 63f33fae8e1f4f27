import Foundation
import Synchronization
import Testing

@testable import History

/// Limits hold while a history is read: nothing is waited for past the deadline, and no memory is taken that is not
/// there.
@Suite struct LimitTests {
  private func file(_ bytes: [UInt8]) throws -> String {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("limit-\(UUID().uuidString)").path
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return path
  }

  /// The most that was asked for at once, and how the scan ended.
  private func scan(_ bytes: [UInt8], room: Int) throws -> (asked: Int, failure: HistoryError?) {
    let path = try file(bytes)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let asked = Mutex(0)
    let limits = ReadingLimits { bytes in
      asked.withLock { $0 = max($0, bytes) }
      return bytes <= room
    }
    do throws(HistoryError) {
      var scanner = try HistoryScanner(path: path, limits: limits)
      try scanner.scan { _, _ in true }
      return (asked.withLock { $0 }, nil)
    } catch {
      return (asked.withLock { $0 }, error)
    }
  }

  static let good = #"{"process":1,"type":"ok","f":"read"}"# + "\n"

  @Test(arguments: [
    good + #"{"process":1,"type":"ok","f":"read","value":""# + String(repeating: "x", count: 3 << 20) + "\"}\n",
    good + #"{"process":1,"type":"ok","f":"read","value":["# + String(repeating: "1,", count: 200_000) + "1]}\n",
    "[" + good + #",{"process":1,"type":"ok","f":"read","value":""# + String(repeating: "x", count: 3 << 20) + "\"}]",
    "{:process 1, :type :ok, :f :read, :value [" + String(repeating: "1 ", count: 1 << 20) + "]}",
    "1\t:ok\t:read\t[" + String(repeating: "1 ", count: 300_000) + "]\n",
  ])
  func aLongRecordIsAskedForFirst(text: String) throws {
    let little = try scan(Array(text.utf8), room: 1 << 20)
    guard case .limitReached(_, .memory)? = little.failure else {
      Issue.record("\(String(describing: little.failure))")
      return
    }
    // Before it has all been read, if it is longer than a block.
    if text.utf8.count >= 2 << 20 { #expect(little.asked < text.utf8.count) }
    let enough = try scan(Array(text.utf8), room: 1 << 30)
    #expect(enough.failure == nil && enough.asked > 1 << 20)
  }

  /// Blanks are no record, however many they are, and wherever they stand between records.
  @Test(
    arguments: [good, "[" + good + "]", "{:process 1, :type :ok, :f :read}", "1\t:ok\t:read\tnil\n"],
    [" ", " \n"])
  func blanksTakeNoMemory(text: String, blank: String) throws {
    let blanks = String(repeating: blank, count: (5 << 18) / blank.utf8.count)
    for text in [blanks + text, text + blanks] {
      let answer = try scan(Array(text.utf8), room: 1 << 20)
      #expect(answer.failure == nil && answer.asked <= 1 << 20, "\(answer)")
    }
    let nothing = try scan(Array(blanks.utf8), room: 1 << 20)
    guard case .malformed? = nothing.failure else {
      Issue.record("\(nothing)")
      return
    }
  }

  /// A pipe that stays open and silent: what came is no verdict, and the wait ends at the deadline.
  @Test(arguments: ["", good, "[" + good, "{:process 1"])
  func nothingIsWaitedForPastTheDeadline(text: String) throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("pipe-\(UUID().uuidString)").path
    try #require(mkfifo(path, 0o600) == 0)
    defer { try? FileManager.default.removeItem(atPath: path) }
    // Open for both sides, so that no end comes.
    let descriptor = open(path, O_RDWR | O_NONBLOCK)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    _ = text.utf8.withContiguousStorageIfAvailable { write(descriptor, $0.baseAddress, $0.count) }
    #expect(throws: HistoryError.limitReached(file: path, .time)) {
      var scanner = try HistoryScanner(path: path, limits: ReadingLimits(deadline: .now + .milliseconds(50)))
      try scanner.scan { _, _ in true }
    }
  }

  @Test func aWindowOfZstandardIsMemoryToo() throws {
    // A frame of 64 MiB whose header asks for a window of that size.
    let frame: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x80, 0x01, 0, 0]
    let path = try file(frame)
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(throws: HistoryError.limitReached(file: path, .memory)) {
      var scanner = try HistoryScanner(path: path, limits: ReadingLimits(memoryBytes: 40 << 20))
      try scanner.scan { _, _ in true }
    }
  }
}
