import Foundation
import Glibc
import RecordFile

/// The open undos, on disk: written and synced before a fault is injected, closed after its heal was verified.
///
/// JSON Lines, appended. One process at a time holds it (an exclusive `flock`, which the kernel releases when the
/// process dies), so that `kvchaos heal` never undoes the faults of an active run.
///
/// A record that could not be written completely, on a full disk, is removed, and no later record continues its line.
/// Lines that are no records stay where they are: one of them may be the undo of a fault that is still in effect.
public actor UndoLedger {
  /// Lines of the file that are no records: a torn write, or someone's editor.
  public nonisolated let damagedLines: [String]
  public nonisolated let path: String
  /// Kept as long as the ledger is: a process that may change the stack has both.
  private let projectLock: ProjectLock?
  private var file: RecordFile
  private var entries: [LedgerEntry]

  /// Opens the ledger, making the file and its folder if they are not there.
  ///
  /// - Parameter lock: the right to change the stack, which is kept with the ledger; `nil` where the ledger is all that
  ///   is used.
  /// - Throws: `FaultError` with `ledgerInUse` if another process holds it, with `ledgerUnavailable` for anything else.
  public init(path: String, lock: ProjectLock? = nil) throws(FaultError) {
    try self.init(path: path, lock: lock, write: nil)
  }

  /// - Parameter write: in place of the system's, for tests.
  init(path: String, lock: ProjectLock? = nil, write: RecordFile.Write?) throws(FaultError) {
    projectLock = lock
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
      if open.isEmpty, damaged.isEmpty, !data.isEmpty {
        // No undo is open: start with an empty file, so that it does not grow forever.
        guard ftruncate(descriptor, 0) == 0 else { throw Self.systemError("emptied", path) }
      }
      var file = RecordFile(descriptor: descriptor, write: write)
      if let last = data.last, last != UInt8(ascii: "\n"), !open.isEmpty || !damaged.isEmpty {
        // A torn line stays by itself; the next record begins on a line of its own.
        try Self.append([UInt8(ascii: "\n")], to: &file, path)
      }
      try Self.syncFolder(folder)
      self.file = file
      entries = open
      damagedLines = damaged
    } catch {
      Glibc.close(descriptor)
      throw error
    }
  }

  deinit {
    Glibc.close(file.descriptor)
  }

  /// What is open in a ledger, also while another process holds it. Changes nothing.
  ///
  /// - Returns: the open undos, oldest first, and the lines that are no records; both are empty where there is no
  ///   ledger.
  /// - Throws: `FaultError` with `ledgerUnavailable` where it cannot be read.
  public static func peek(at path: String) throws(FaultError) -> (undos: [Undo], damagedLines: [String]) {
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return ([], []) }
      throw systemError("opened", path)
    }
    defer { Glibc.close(descriptor) }
    let (open, damaged) = LedgerRecord.replay(try readAll(descriptor, path))
    return (open.map(\.undo), damaged)
  }

  /// The open undos, oldest first.
  public var openEntries: [LedgerEntry] { entries }

  /// Writes an undo and syncs it to the disk. Only when this has returned may the fault be injected.
  public func open(_ undo: Undo) throws(FaultError) -> LedgerEntry {
    let entry = LedgerEntry(id: UUID().uuidString, undo: undo, time: Self.now)
    try write(LedgerRecord(event: .open, id: entry.id, time: entry.time, undo: undo))
    entries.append(entry)
    return entry
  }

  /// Records that an undo is closed.
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
    try Self.append(Array(line), to: &file, path)
  }

  private static var now: String { Date.now.formatted(.iso8601) }

  private static func append(_ bytes: [UInt8], to file: inout RecordFile, _ path: String) throws(FaultError) {
    do {
      try file.append(bytes, synced: true)
    } catch {
      throw FaultError(code: .ledgerUnavailable, message: "\(path) \(error)")
    }
  }

  /// Retries for a second: a child that was just forked still holds its parent's lock until it executes another
  /// program.
  static func lock(_ descriptor: Int32) -> Bool {
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
