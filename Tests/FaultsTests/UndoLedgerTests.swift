import Faults
import Foundation
import Testing

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

  @Test func aLedgerThatOwesNothingBeginsAnew() async throws {
    do {
      let ledger = try UndoLedger(path: path)
      try await ledger.close(try await ledger.open(undo))
    }
    #expect(try !Data(contentsOf: URL(fileURLWithPath: path)).isEmpty)
    _ = try UndoLedger(path: path)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)).isEmpty)
  }

  /// Cuts the file at every length: whatever was synced before the last record is read, and the ledger can be written on.
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

  @Test func aFolderThatCannotBeMadeIsAClearError() {
    let error = #expect(throws: FaultError.self) { try UndoLedger(path: "/proc/kvchaos/undo.jsonl") }
    #expect(error?.code == .ledgerUnavailable)
  }
}
