import DockerEngine
import Foundation

/// The image of CockroachDB that the compose file names: whether it is available, and which version it reports.
struct CockroachImage: Sendable {
  let stack: Stack
  private var engine: EngineEndpoint { stack.configuration.engine }

  /// The time limit of a pull.
  static let pullLimit = Duration.seconds(180)
  /// How long the server may take to print its version.
  static let versionLimit = Duration.seconds(30)

  enum Finding: Sendable, Hashable {
    case usable(CockroachVersion)
    /// The reason, as a sentence without its full stop.
    case unusable(String)
  }

  /// Looks for the image, pulls it if it is missing, and runs it once to print its version. This detects a broken
  /// image, or one for another processor architecture, before anything is started.
  ///
  /// - Throws: `unavailable` when the engine does not answer.
  func find(_ progress: @Sendable (StackProgress) -> Void) async throws(StackError) -> Finding {
    let overlay = "\(stack.configuration.home)/compose/sql-cockroach.yml"
    guard FileManager.default.fileExists(atPath: overlay) else { return .unusable("\(overlay) is missing") }
    let model = try await Compose(configuration: stack.configuration).model(.cockroach)
    guard let image = model.services["sql-1"]?.image else { return .unusable("\(overlay) names no image for sql-1") }
    if let reason = try await obtain(image, progress) { return .unusable(reason) }
    return try await ask(image)
  }

  /// - Returns: why the image is missing and could not be pulled; `nil` if it is present.
  private func obtain(
    _ image: String, _ progress: @Sendable (StackProgress) -> Void
  ) async throws(StackError) -> String? {
    if try await stack.hasImage(image) { return nil }
    progress(.note("pulling \(image)"))
    guard let pull = try await Tool.docker(["pull", "--quiet", image], on: engine, limit: Self.pullLimit) else {
      return
        "the image \(image) is not on this machine, and pulling it took more than \(Self.pullLimit.components.seconds) s"
    }
    return pull.succeeded ? nil : "the image \(image) is not on this machine, and pulling it failed: \(pull.lastWords)"
  }

  private func ask(_ image: String) async throws(StackError) -> Finding {
    let command = [
      "run", "--rm", "--network", "none", "--entrypoint", "/cockroach/cockroach", image, "version", "--build-tag",
    ]
    guard let outcome = try await Tool.docker(command, on: engine, limit: Self.versionLimit) else {
      return .unusable("the image \(image) does not print its version within \(Self.versionLimit.components.seconds) s")
    }
    guard outcome.succeeded else { return .unusable("the image \(image) does not run: \(outcome.lastWords)") }
    let tag = outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)
    guard let version = CockroachVersion(tag) else {
      return .unusable("the image \(image) says that its version is '\(tag.prefix(80))'; expected one such as v22.1.22")
    }
    return .usable(version)
  }
}
