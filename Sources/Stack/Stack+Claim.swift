import DockerEngine
import Faults
import Foundation
import Glibc

/// The right to change the stack.
extension Stack {
  /// Takes the stack's lock (`ProjectLock`), and looks whose stack it is. Where this process has the lock, it is the
  /// same one.
  ///
  /// - Parameter foreign: whether a stack that another checkout brought up may be changed.
  /// - Returns: the lock, which is free again when nothing has it any more.
  /// - Throws: `unavailable` while another process changes the stack, when the stack is another checkout's, and when
  ///   the engine does not answer.
  public func claim(foreign: Bool = false) async throws(StackError) -> ProjectLock {
    let id: String
    do throws(DockerEngineError) {
      id = try await engine.id()
    } catch {
      throw StackError(error)
    }
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

  /// This process, as the person who started it knows it.
  private static var command: String {
    let arguments = ProcessInfo.processInfo.arguments
    let name = arguments.first.map { URL(fileURLWithPath: $0).lastPathComponent } ?? "kvchaos"
    return String(([name] + arguments.dropFirst().prefix(2)).joined(separator: " ").prefix(160))
  }

  /// The folder of the checkout that the stack was brought up from, where that is another one than this.
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

  /// Certainly gone, so that the stack cannot be taken down from there: one that must not be looked into is not.
  private static func isGone(_ path: String) -> Bool {
    var found = stat()
    return stat(path, &found) != 0 && (errno == ENOENT || errno == ENOTDIR)
  }
}
