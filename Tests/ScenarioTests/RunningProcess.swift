import Foundation
import Testing

/// `kvchaos` as a process of its own, as a user starts it, with what it writes.
struct RunningProcess {
  struct Ending: Sendable {
    /// The exit status, or the signal that ended it.
    var status: Int32
    var wasSignalled: Bool
    var text: String
  }

  private let process = Process()
  private let output = FileManager.default.temporaryDirectory.appending(path: "kvchaos-\(UUID().uuidString).log")

  /// - Parameters:
  ///   - arguments: of `kvchaos`.
  ///   - prelude: shell commands that run before it in its process, such as limits.
  ///   - environment: besides this process' own.
  init(_ arguments: [String], prelude: String = ":", environment: [String: String] = [:]) throws {
    // Beside the tests: the build that is tested.
    let binary = Bundle.main.bundleURL.appending(path: "kvchaos").path()
    _ = FileManager.default.createFile(atPath: output.path(), contents: nil)
    let handle = try FileHandle(forWritingTo: output)
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = ["-c", "\(prelude); exec \"$0\" \"$@\"", binary] + arguments
    process.environment = ProcessInfo.processInfo.environment
      .merging(["KVCHAOS_HOME": Laboratory.home]) { $1 }.merging(environment) { $1 }
    process.standardOutput = handle
    process.standardError = handle
    try process.run()
  }

  /// Writes a plan to `<results>/<name>.yml`.
  ///
  /// - Returns: the path of the file.
  static func write(_ plan: String, as name: String, in results: String) throws -> String {
    try FileManager.default.createDirectory(atPath: results, withIntermediateDirectories: true)
    let path = "\(results)/\(name).yml"
    try plan.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  /// Starts `kvchaos run` on a plan that pauses, isolates and kills a node, and waits until all three are struck.
  static func runWithFaultsOpen(_ plan: String, results: String, prelude: String = ":") async throws -> RunningProcess {
    let run = try RunningProcess(["run", plan, "--results", results], prelude: prelude)
    for words in ["struck: pause", "struck: isolate", "struck: kill"] { try await run.waitFor(words) }
    return run
  }

  var text: String { (try? String(contentsOf: output, encoding: .utf8)) ?? "" }

  func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  /// Waits until it has written something.
  func waitFor(_ words: String, within limit: Duration = .seconds(200)) async throws {
    let deadline = ContinuousClock.now + limit
    while !text.contains(words) {
      guard process.isRunning, ContinuousClock.now < deadline else {
        process.terminate()
        throw Missing(words: words, text: text)
      }
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  struct Missing: Error, CustomStringConvertible {
    var words: String
    var text: String
    var description: String { "\"\(words)\" was not said: \(text)" }
  }

  /// Waits for its end, and kills it when the time is up.
  func ending(within limit: Duration = .seconds(120)) async throws -> Ending {
    let deadline = ContinuousClock.now + limit
    while process.isRunning {
      if ContinuousClock.now >= deadline { signal(SIGKILL) }
      try await Task.sleep(for: .milliseconds(50))
    }
    defer { try? FileManager.default.removeItem(at: output) }
    return Ending(
      status: process.terminationStatus, wasSignalled: process.terminationReason == .uncaughtSignal, text: text)
  }
}
