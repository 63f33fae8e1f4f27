import Foundation
import Testing

@testable import Consistency

/// Five hundred histories of a generator that is not ours, each with a verdict known by construction.
@Suite struct GeneratedHistoryTests {
  static let generator = KnownHistoryTests.shared.appendingPathComponent("tools/gen_history.py")
  static let hasGenerator =
    FileManager.default.fileExists(atPath: generator.path) && FileManager.default.isExecutableFile(atPath: python)
  static let python = "/usr/bin/python3"

  @Test(.enabled(if: hasGenerator, "../shared/tools/gen_history.py or \(python) is not there"), arguments: 1...50)
  func verdictsAgreeWithTheConstruction(seed: Int) async throws {
    var random = SeededGenerator(seed: UInt64(seed))
    var decided = 0
    while decided < 10 {
      let stale = random.chance(0.5) ? Int.random(in: 1...3, using: &random) : 0
      let options = [
        "--ops", "\(Int.random(in: 20...400, using: &random))", "--clients",
        "\(Int.random(in: 1...30, using: &random))",
        "--keys", "\(Int.random(in: 1...5, using: &random))", "--reads",
        "\(Double.random(in: 0.3...0.7, using: &random))",
        "--deletes", random.chance(0.5) ? "0" : "0.15", "--unknown", random.chance(0.4) ? "0" : "0.1", "--stale",
        "\(stale)",
        "--seed", "\(Int.random(in: 1...1_000_000_000, using: &random))",
      ]
      // A short history may have no room for a stale read: then the generator says so, and another one is drawn.
      guard let path = try await generate(options) else { continue }
      defer { try? FileManager.default.removeItem(atPath: path) }
      let report = try ConsistencyChecker().check(path: path)
      #expect(report.verdict == (stale > 0 ? .violated : .holds), "gen_history.py \(options.joined(separator: " "))")
      #expect(report[.linearizability]?.verdict == report.verdict)
      decided += 1
    }
  }

  /// - Returns: the file; `nil` where the generator could not make what was asked.
  private func generate(_ options: [String]) async throws -> String? {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("generated-\(UUID().uuidString)").path
    _ = FileManager.default.createFile(atPath: path, contents: nil)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.python)
    process.arguments = [Self.generator.path] + options
    process.standardOutput = FileHandle(forWritingAtPath: path)
    process.standardError = FileHandle.nullDevice
    let status: Int32 = try await withCheckedThrowingContinuation { continuation in
      process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
      do { try process.run() } catch { continuation.resume(throwing: error) }
    }
    guard status != 0 else { return path }
    try FileManager.default.removeItem(atPath: path)
    return nil
  }
}
