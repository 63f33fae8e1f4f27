import DockerEngine
import Subprocess

/// Runs a command of this machine and collects what it prints.
enum Tool {
  struct Outcome: Sendable {
    var succeeded: Bool
    var output: String
    var error: String

    /// The last line of the error output, else of the output: where tools put their reason.
    var lastWords: String {
      [error, output].lazy.compactMap { $0.split(whereSeparator: \.isNewline).last }.first.map(String.init)
        ?? "it gave no reason"
    }
  }

  /// Runs the command to its end. If the task is cancelled, the command is asked to end, and killed two seconds later.
  ///
  /// - Parameter environment: what it has in place of this process's own; `nil`: nothing of that name.
  /// - Throws: `unavailable` when the command is not there.
  static func run(
    _ command: String, _ arguments: [String], environment: [String: String?] = [:]
  ) async throws(StackError) -> Outcome {
    var options = PlatformOptions()
    options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(2))]
    let updates = Dictionary(
      uniqueKeysWithValues: environment.map { (Environment.Key(rawValue: $0.key), $0.value) }
        .compactMap { key, value in key.map { ($0, value) } })
    do {
      let result = try await Subprocess.run(
        command.contains("/") ? .path(.init(command)) : .name(command), arguments: Arguments(arguments),
        environment: .inherit.updating(updates), platformOptions: options, output: .string(limit: 4 << 20),
        error: .string(limit: 4 << 20))
      return Outcome(
        succeeded: result.terminationStatus.isSuccess, output: result.standardOutput,
        error: result.standardError)
    } catch {
      throw StackError(
        code: .unavailable, message: "the command \(command) could not be run (\(error)); run scripts/bootstrap")
    }
  }

  /// The `docker` command, on the same engine as everything else.
  static func docker(
    _ arguments: [String], on engine: EngineEndpoint, environment: [String: String?] = [:]
  ) async throws(StackError) -> Outcome {
    try await run("docker", arguments, environment: environment.merging(engine.environment) { $1 })
  }

  /// The same, with a time limit; `nil` when the time was up.
  static func docker(
    _ arguments: [String], on engine: EngineEndpoint, limit: Duration
  ) async throws(StackError) -> Outcome? {
    try await run("docker", arguments, environment: engine.environment, limit: limit)
  }

  /// As `run`, but with a time limit; `nil` when the time was up.
  static func run(
    _ command: String, _ arguments: [String], environment: [String: String?] = [:], limit: Duration
  ) async throws(StackError) -> Outcome? {
    let result = await withTaskGroup(of: Result<Outcome, StackError>?.self) { group in
      group.addTask {
        do throws(StackError) {
          return .success(try await run(command, arguments, environment: environment))
        } catch {
          return .failure(error)
        }
      }
      group.addTask {
        try? await Task.sleep(for: limit)
        return nil
      }
      defer { group.cancelAll() }
      return await group.next() ?? nil
    }
    return try result?.get()
  }
}
