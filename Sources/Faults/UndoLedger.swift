import Foundation
import Glibc

/// The undos that are owed, on disk: written and synced before a fault is injected, closed after its heal was verified.
///
/// JSON Lines, appended. One process at a time holds it (an exclusive `flock`, which the kernel lets go of when the
/// process dies), so that `kvchaos heal` never takes back the faults of a run that is under way.
public actor UndoLedger {
  /// Lines of the file that are no records: a torn write, or someone's editor.
  public nonisolated let damagedLines: [String]
  public nonisolated let path: String
  private let descriptor: Int32
  private var entries: [LedgerEntry]

  /// Opens the ledger, making the file and its folder if they are not there.
  ///
  /// - Throws: `FaultError` with `ledgerInUse` if another process holds it, with `ledgerUnavailable` for anything else.
  public init(path: String) throws(FaultError) {
    self.path = path
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw FaultError(code: .ledgerUnavailable, message: "the folder \(folder) cannot be made: \(error)")
    }
    let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw Self.systemError("opened", path) }
    do throws(FaultError) {
      guard Self.lock(descriptor) else {
        throw FaultError(
          code: .ledgerInUse,
          message:
            "another kvchaos holds \(path): a run is under way; interrupt it (it heals before it ends), then try again")
      }
      let data = try Self.readAll(descriptor, path)
      let (open, damaged) = LedgerRecord.replay(data)
      if open.isEmpty, !data.isEmpty {
        // Nothing is owed: begin anew, so that the file does not grow for ever.
        guard ftruncate(descriptor, 0) == 0 else { throw Self.systemError("emptied", path) }
      } else if let last = data.last, last != UInt8(ascii: "\n") {
        // A torn line stays by itself; the next record begins on a line of its own.
        try Self.append(Data([UInt8(ascii: "\n")]), to: descriptor, path)
      }
      try Self.syncFolder(folder)
      self.descriptor = descriptor
      entries = open
      damagedLines = damaged
    } catch {
      Glibc.close(descriptor)
      throw error
    }
  }

  deinit {
    Glibc.close(descriptor)
  }

  /// What is owed, oldest first.
  public var openEntries: [LedgerEntry] { entries }

  /// Writes an undo and syncs it to the disk. Only when this has returned may the fault be injected.
  public func open(_ undo: Undo) throws(FaultError) -> LedgerEntry {
    let entry = LedgerEntry(id: UUID().uuidString, undo: undo, time: Self.now)
    try write(LedgerRecord(event: .open, id: entry.id, time: entry.time, undo: undo))
    entries.append(entry)
    return entry
  }

  /// Notes that an undo is no longer owed.
  public func close(_ entry: LedgerEntry) throws(FaultError) {
    try write(LedgerRecord(event: .close, id: entry.id, time: Self.now, undo: nil))
    entries.removeAll { $0.id == entry.id }
  }

  private func write(_ record: LedgerRecord) throws(FaultError) {
    let line: Data
    do {
      line = try record.line()
    } catch {
      throw FaultError(code: .ledgerUnavailable, message: "a ledger record cannot be encoded: \(error)")
    }
    try Self.append(line, to: descriptor, path)
  }

  private static var now: String { Date.now.formatted(.iso8601) }

  private static func append(_ data: Data, to descriptor: Int32, _ path: String) throws(FaultError) {
    var rest = Array(data)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw systemError("written", path) }
      rest = rest.dropFirst(count)
    }
    guard fsync(descriptor) == 0 else { throw systemError("synced", path) }
  }

  /// Tries for a second: a child that was forked an instant ago holds what its parent has let go of, until it becomes
  /// another program.
  private static func lock(_ descriptor: Int32) -> Bool {
    for _ in 0..<50 {
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
      guard errno == EWOULDBLOCK || errno == EINTR else { return false }
      usleep(20_000)
    }
    return false
  }

  private static func readAll(_ descriptor: Int32, _ path: String) throws(FaultError) -> Data {
    var data = Data()
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw systemError("read", path) }
      guard count > 0 else { return data }
      data.append(contentsOf: buffer[..<count])
    }
  }

  /// A new file is there after a crash only if its folder was synced too.
  private static func syncFolder(_ folder: String) throws(FaultError) {
    let descriptor = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw systemError("opened", folder) }
    defer { Glibc.close(descriptor) }
    guard fsync(descriptor) == 0 else { throw systemError("synced", folder) }
  }

  private static func systemError(_ verb: String, _ path: String) -> FaultError {
    FaultError(code: .ledgerUnavailable, message: "\(path) cannot be \(verb): \(String(cString: strerror(errno)))")
  }
}
