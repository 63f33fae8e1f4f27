import DockerEngine
import Faults
import Foundation
import Glibc

/// The right to change the stack.
extension Stack {
  /// Takes the stack's lock (`ProjectLock`), and checks which checkout the stack belongs to. If this process already
  /// has the lock, it returns the same one.
  ///
  /// - Parameter foreign: whether a stack that another checkout started may be changed. - Returns: the lock, which is
  ///   released when its last reference is gone.
  /// - Throws: `unavailable` while another process changes the stack, when the stack is another checkout's, and when
  ///   the engine does not answer.
  public func claim(foreign: Bool = false) async throws(StackError) -> ProjectLock {
    let id = try await engineID()
    let lock = try Self.lock(engine: id, configuration)
    if !foreign, let other = try await otherCheckout() {
      throw StackError(
        code: .unavailable,
        message:
          "the stack `\(configuration.project)` was brought up from \(other), not from \(configuration.home); run kvchaos "
          + "there, use another name here (KVCHAOS_PROJECT), or remove it with `kvchaos down --foreign`")
    }
    return lock
  }

  private static func lock(
    engine: String, _ configuration: StackConfiguration
  ) throws(StackError) -> ProjectLock {
    do throws(FaultError) {
      return try ProjectLock.hold(
        engine: engine, project: configuration.project, purpose: "\(command) in \(configuration.home)")
    } catch {
      throw StackError(code: .unavailable, message: error.message)
    }
  }

  /// A description of this process for users.
  private static var command: String {
    let arguments = ProcessInfo.processInfo.arguments
    let name = arguments.first.map { URL(fileURLWithPath: $0).lastPathComponent } ?? "kvchaos"
    return String(([name] + arguments.dropFirst().prefix(2)).joined(separator: " ").prefix(160))
  }

  /// The folder of the checkout that started the stack, if it is not this one.
  private func otherCheckout() async throws(StackError) -> String? {
    let folders = Set(try await summaries().compactMap { $0.labels[StackLabel.composeFolder] })
    let own = Self.real("\(configuration.home)/compose")
    return folders.sorted().first { Self.real($0) != own && !Self.isGone($0) }
      .map { $0.hasSuffix("/compose") ? String($0.dropLast("/compose".count)) : $0 }
  }

  private static func real(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// The folder certainly does not exist, so the stack cannot be removed from there. A folder that cannot be read does
  /// not count as gone.
  private static func isGone(_ path: String) -> Bool {
    var found = stat()
    return stat(path, &found) != 0 && (errno == ENOENT || errno == ENOTDIR)
  }
}
