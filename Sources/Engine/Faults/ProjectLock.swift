import Foundation
import Glibc
import Synchronization

/// The right to change one project's containers on one engine: only one process of the machine has it at a time, from
/// any checkout. The kernel releases it when the process dies.
///
/// `scripts/bootstrap --stop` takes the same lock: both must use the same name and folder.
public final class ProjectLock: Sendable {
  public let path: String
  private let descriptor: Int32

  /// Where every user of the machine may create files, and none can delete those of others: the same folder for all of
  /// them.
  public static var folder: String {
    var found = stat()
    return lstat("/run/lock", &found) == 0 && found.st_mode & 0o7777 == 0o1777 ? "/run/lock" : "/tmp"
  }

  /// What this process holds, by path. A run brings the stack up, and a series makes runs: they share one lock.
  private static let held = Mutex<[String: Reference]>([:])

  private struct Reference {
    weak var lock: ProjectLock?
  }

  /// The lock; the same one again where this process holds it already. Two users in one process are told apart by the
  /// ledger.
  ///
  /// - Throws: as `init`.
  public static func hold(
    engine: String, project: String, purpose: String, folder: String = folder
  ) throws(FaultError) -> ProjectLock {
    let path = "\(folder)/\(fileName(engine: engine, project: project))"
    return try held.withLock { held throws(FaultError) in
      if let lock = held[path]?.lock { return lock }
      let lock = try ProjectLock(engine: engine, project: project, purpose: purpose, folder: folder)
      held[path] = Reference(lock: lock)
      return lock
    }
  }

  /// - Parameters:
  ///   - engine: the engine's id.
  ///   - purpose: what to tell a process that finds it taken: `kvchaos run in /home/me/kvchaos`.
  /// - Throws: `FaultError` with `ledgerInUse` if another process has it, with `ledgerUnavailable` for anything else.
  public init(engine: String, project: String, purpose: String, folder: String = folder) throws(FaultError) {
    path = "\(folder)/\(Self.fileName(engine: engine, project: project))"
    let descriptor = Self.open(path)
    guard descriptor >= 0 else {
      throw FaultError(
        code: .ledgerUnavailable, message: "the lock \(path) cannot be opened: \(String(cString: strerror(errno)))")
    }
    guard UndoLedger.lock(descriptor) else {
      let holder = Self.text(descriptor)
      Glibc.close(descriptor)
      throw FaultError(
        code: .ledgerInUse,
        message:
          "\(holder.isEmpty ? "another kvchaos" : holder) is using the stack `\(project)`; wait for it, or interrupt it "
          + "(it heals before it ends), then try again")
    }
    self.descriptor = descriptor
    // Only informative: if another user created the file, this process may not write it.
    let text = "\(purpose) (process \(getpid()))\n"
    if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, text, text.utf8.count, 0) }
  }

  deinit {
    _ = ftruncate(descriptor, 0)
    Glibc.close(descriptor)
  }

  /// Letters, digits, points, hyphens and underscores stay; everything else becomes an underscore.
  static func fileName(engine: String, project: String) -> String {
    let name = "kvchaos-\(engine)-\(project)"
    return String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || ".-_".contains($0)) ? $0 : "_" }) + ".lock"
  }

  /// An existing file is opened without O_CREAT: in a world-writable folder the kernel may refuse O_CREAT on another
  /// user's file.
  private static func open(_ path: String) -> Int32 {
    for _ in 0..<3 {
      var descriptor = Glibc.open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
      if descriptor < 0, errno == EACCES { descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) }
      if descriptor >= 0 || errno != ENOENT { return descriptor }
      descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if descriptor >= 0 {
        // The mask of the process must not keep other users out.
        fchmod(descriptor, 0o666)
        return descriptor
      }
      guard errno == EEXIST else { return descriptor }
    }
    return -1
  }

  private static func text(_ descriptor: Int32) -> String {
    var buffer = [UInt8](repeating: 0, count: 1_024)
    let count = pread(descriptor, &buffer, buffer.count, 0)
    let text = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    return text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
  }
}
