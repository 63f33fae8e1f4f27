import Foundation

/// A script, run to its end by the bash of this machine.
public struct Bash: Sendable {
  public let status: Int32
  /// Standard output and error, in the order in which they were written.
  public let output: String

  /// - Parameters:
  ///   - folder: where it runs.
  ///   - environment: what it has beside the environment of the tests.
  public static func run(
    _ script: String, in folder: URL, environment: [String: String] = [:]
  ) async throws -> Bash {
    try await withCheckedThrowingContinuation { continuation in
      // The tasks' own threads are few, and other tests wait for theirs.
      Thread.detachNewThread {
        continuation.resume(with: Result { try Bash(script, in: folder, environment: environment) })
      }
    }
  }

  private init(_ script: String, in folder: URL, environment: [String: String]) throws {
    let pipe = Pipe()
    let process = Process()
    // A script that a defect keeps from ending fails its test.
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["timeout", "--signal=KILL", "30", "bash", "-c", script]
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    output = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    status = process.terminationStatus
  }

  /// A new folder for it, which is gone when `body` has ended.
  public static func withFolder<Value: Sendable>(
    _ body: (URL) async throws -> Value
  ) async throws -> Value {
    let folder = FileManager.default.temporaryDirectory.appending(path: "kvchaos-bash-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder)
  }
}
