import Foundation
import TestSupport
import Testing

@testable import Faults

struct UndoLedgerTests {
  let path = NSTemporaryDirectory() + "kvchaos-test-\(UUID().uuidString)/deep/undo.jsonl"
  let undo = Undo(kind: .kill, target: FaultTarget(node: "redis-1", container: "p-redis-1"), parameters: ["a": "b"])

  @Test func whatIsOpenSurvivesAndWhatIsClosedDoesNot() async throws {
    do {
      let ledger = try UndoLedger(path: path)
      let first = try await ledger.open(undo)
      _ = try await ledger.open(Undo(kind: .pause, target: undo.target))
      try await ledger.close(first)
    }
    #expect(try await UndoLedger(path: path).openEntries.map(\.undo) == [Undo(kind: .pause, target: undo.target)])
  }

  /// To look, no right to change anything is needed.
  @Test func anotherProcessSeesWhatIsOpen() async throws {
    #expect(try UndoLedger.peek(at: path).undos.isEmpty)
    let ledger = try UndoLedger(path: path)
    let first = try await ledger.open(undo)
    _ = try await ledger.open(Undo(kind: .pause, target: undo.target))
    #expect(try UndoLedger.peek(at: path).undos.map(\.kind) == [.kill, .pause])
    try await ledger.close(first)
    #expect(try UndoLedger.peek(at: path).undos.map(\.kind) == [.pause])
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try file.seekToEnd()
    try file.write(contentsOf: Data("torn\n".utf8))
    #expect(try UndoLedger.peek(at: path).damagedLines == ["torn"])
  }

  @Test func aLedgerThatOwesNothingBeginsAnew() async throws {
    do {
      let ledger = try UndoLedger(path: path)
      try await ledger.close(try await ledger.open(undo))
    }
    #expect(try !Data(contentsOf: URL(fileURLWithPath: path)).isEmpty)
    _ = try UndoLedger(path: path)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)).isEmpty)
  }

  /// Cuts the file at every length: whatever was synced before the last record is read, and the ledger can be written
  /// on.
  @Test func aTornLastLineLosesNothingButItself() async throws {
    do {
      let ledger = try UndoLedger(path: path)
      _ = try await ledger.open(undo)
      _ = try await ledger.open(Undo(kind: .pause, target: undo.target))
    }
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    let secondLine = try #require(whole.firstIndex(of: UInt8(ascii: "\n"))) + 1
    for length in secondLine..<whole.count {
      try whole.prefix(length).write(to: URL(fileURLWithPath: path))
      // The newline alone may be what is missing; then the record is whole.
      let complete = length == whole.count - 1
      do {
        let ledger = try UndoLedger(path: path)
        #expect(await ledger.openEntries.count == (complete ? 2 : 1))
        #expect(ledger.damagedLines.count == (complete || length == secondLine ? 0 : 1))
        _ = try await ledger.open(Undo(kind: .stop, target: undo.target))
      }
      let next = try UndoLedger(path: path)
      #expect(await next.openEntries.first?.undo == undo)
      #expect(await next.openEntries.last?.undo.kind == .stop)
    }
  }

  /// The disk is full in the middle of a record, and has room again later.
  @Test func aRecordThatBrokeOffLeavesNothing() async throws {
    let disk = FullDisk()
    do {
      let ledger = try UndoLedger(path: path, write: disk.write)
      let first = try await ledger.open(undo)
      disk.leave(30)
      await #expect(throws: FaultError.self) {
        try await ledger.open(Undo(kind: .pause, target: FaultTarget(node: "redis-2", container: "p-redis-2")))
      }
      await #expect(throws: FaultError.self) { try await ledger.close(first) }
      disk.leave(nil)
      _ = try await ledger.open(Undo(kind: .stop, target: undo.target))
    }
    let next = try UndoLedger(path: path)
    #expect(await next.openEntries.map(\.undo.kind) == [.kill, .stop])
    #expect(next.damagedLines.isEmpty)
  }

  /// A line that is no record may be the undo of a fault in effect: it is told, and stays.
  @Test func aDamagedLineIsNeverThrownAway() async throws {
    do {
      let ledger = try UndoLedger(path: path)
      try await ledger.close(try await ledger.open(undo))
    }
    let file = URL(fileURLWithPath: path)
    try (Data(contentsOf: file) + Data("{\"event\":\"open\",\"id\":{\"event\":\"close\"}\n".utf8)).write(to: file)
    let whole = try Data(contentsOf: file)
    do {
      let ledger = try UndoLedger(path: path)
      #expect(ledger.damagedLines.count == 1)
      #expect(await ledger.openEntries.isEmpty)
    }
    #expect(try Data(contentsOf: file) == whole)
  }

  @Test func aTornCloseLeavesTheUndoOpen() async throws {
    do {
      let ledger = try UndoLedger(path: path)
      try await ledger.close(try await ledger.open(undo))
    }
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    try whole.dropLast(5).write(to: URL(fileURLWithPath: path))
    #expect(try await UndoLedger(path: path).openEntries.map(\.undo) == [undo])
  }

  @Test func onlyOneHoldsIt() throws {
    let first = try UndoLedger(path: path)
    let error = #expect(throws: FaultError.self) { try UndoLedger(path: path) }
    #expect(error?.code == .ledgerInUse)
    withExtendedLifetime(first) {}
  }

  /// Whatever checkout it was started from: the engine and the project are what two share.
  @Test func oneProcessAtATimeChangesAProject() throws {
    let folder = NSTemporaryDirectory() + "kvchaos-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    func lock(_ engine: String, _ project: String) throws(FaultError) -> ProjectLock {
      try ProjectLock(engine: engine, project: project, purpose: "kvchaos run p in /home/a", folder: folder)
    }
    do {
      let ledger = try UndoLedger(path: "\(folder)/a/undo.jsonl", lock: try lock("AB:CD", "kvchaos"))
      // Another checkout's ledger is another file, and free.
      let error = #expect(throws: FaultError.self) {
        try UndoLedger(path: "\(folder)/b/undo.jsonl", lock: try lock("AB:CD", "kvchaos"))
      }
      #expect(error?.code == .ledgerInUse)
      #expect(error?.message.contains("kvchaos run p in /home/a (process \(getpid()))") == true)
      _ = try lock("AB:CD", "other")
      _ = try lock("EF", "kvchaos")
      withExtendedLifetime(ledger) {}
    }
    _ = try lock("AB:CD", "kvchaos")
    #expect(ProjectLock.fileName(engine: "AB:CD", project: "kv/../x") == "kvchaos-AB_CD-kv_.._x.lock")
  }

  /// A run brings the stack up, and a series makes runs: all in one process.
  @Test func oneProcessTakesTheLockAgain() throws {
    let folder = NSTemporaryDirectory() + "kvchaos-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    func hold() throws(FaultError) -> ProjectLock {
      try ProjectLock.hold(engine: "AB", project: "p", purpose: "a test", folder: folder)
    }
    var outer: ProjectLock? = try hold()
    do {
      let inner = try hold()
      #expect(inner === outer)
    }
    // As another process: the inner one has not let go of it.
    func open() throws { _ = try ProjectLock(engine: "AB", project: "p", purpose: "another", folder: folder) }
    #expect(throws: FaultError.self) { try open() }
    outer = nil
    try open()
    outer = try hold()
    #expect(throws: FaultError.self) { try open() }
    withExtendedLifetime(outer) {}
  }

  @Test func aFolderThatCannotBeMadeIsAClearError() {
    let error = #expect(throws: FaultError.self) { try UndoLedger(path: "/proc/kvchaos/undo.jsonl") }
    #expect(error?.code == .ledgerUnavailable)
  }
}
