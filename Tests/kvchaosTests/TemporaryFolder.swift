import Foundation

/// A folder that is deleted with its last reference.
final class TemporaryFolder {
  let url = FileManager.default.temporaryDirectory.appendingPathComponent("kvchaosTests-\(UUID().uuidString)")

  init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// Makes a file in it.
  func file(_ name: String, _ text: String = "") throws -> URL {
    let file = url.appendingPathComponent(name)
    try Data(text.utf8).write(to: file)
    return file
  }
}
