/// What a fault may do inside a container of the stack, and to its limits. Implemented by `DockerEngine`; refuses
/// containers outside the stack's project.
public protocol ContainerInside: Sendable {
  /// Runs a command in the running container to its end.
  ///
  /// - Throws: when the container does not run or is paused, or the command has not ended after `timeout`.
  func run(_ command: [String], in container: String, timeout: Duration) async throws -> CommandResult
  /// Runs the container's own health check now; true where it has none.
  func passesHealthCheck(_ container: String) async throws -> Bool
  /// The engine's limits of the container now.
  func limits(of container: String) async throws -> ContainerLimits
  /// Changes the limits of the running container.
  func setLimits(_ limits: ContainerLimits, of container: String) async throws
  /// Memory that the container's processes hold now, in bytes; caches that can be dropped do not count.
  func memoryBytes(of container: String) async throws -> Int
}

/// What a command did.
public struct CommandResult: Sendable, Hashable {
  public var exitCode: Int
  /// Standard output.
  public var output: String
  public var error: String

  public init(exitCode: Int, output: String, error: String = "") {
    self.exitCode = exitCode
    self.output = output
    self.error = error
  }

  /// What a person is told when it failed.
  var lastWords: String {
    (error.isEmpty ? output : error).split(whereSeparator: \.isNewline).last.map(String.init) ?? "no output"
  }
}

/// The engine's limits of a container.
public struct ContainerLimits: Sendable, Hashable {
  /// Processor time in cores; 0: no limit.
  public var cores: Double
  /// 0: no limit.
  public var memoryBytes: Int

  public init(cores: Double, memoryBytes: Int) {
    self.cores = cores
    self.memoryBytes = memoryBytes
  }
}

extension FaultEnvironment {
  func inside(for kind: FaultKind) throws(FaultError) -> any ContainerInside {
    guard let inside else {
      throw FaultError(
        code: .notInjectable, message: "\(kind) works inside a container, which is not available here")
    }
    return inside
  }

  /// Runs a shell script in the target. Throws `code` when it fails, with the last thing that it said.
  @discardableResult
  func shell(
    _ script: String, in undo: Undo, timeout: Duration = .seconds(30), orThrow code: FaultError.Code
  ) async throws -> String {
    let result = try await inside(for: undo.kind).run(
      ["bash", "-c", script], in: undo.target.container, timeout: timeout)
    guard result.exitCode == 0 else {
      throw FaultError(code: code, message: "\(undo.kind) of \(undo.target.node): \(result.lastWords)")
    }
    return result.output
  }
}
