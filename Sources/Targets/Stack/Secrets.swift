import Foundation

/// The generated passwords: `NAME=value` lines.
package struct Secrets: Sendable {
  private let values: [String: String]

  package init(text: String) {
    values = text.split(separator: "\n").reduce(into: [:]) { values, line in
      guard !line.hasPrefix("#"), let equals = line.firstIndex(of: "=") else { return }
      values[String(line[..<equals])] = String(line[line.index(after: equals)...])
    }
  }

  /// `nil` when the file does not exist or cannot be read.
  package init?(path: String) {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
    self.init(text: text)
  }

  package subscript(name: String) -> String? { values[name] }

  /// Marks the data that was made under these secrets.
  var id: String? { self["KV_SECRETS_ID"] }

  /// The secrets. `scripts/secrets` creates the file if it is missing, and completes a file of an older version.
  static func ensure(_ configuration: StackConfiguration) async throws(StackError) -> Secrets {
    let outcome = try await Tool.run("\(configuration.home)/scripts/secrets", [])
    guard outcome.succeeded else {
      throw StackError(code: .unavailable, message: "scripts/secrets failed: \(outcome.lastWords)")
    }
    guard let secrets = Secrets(path: configuration.secretsFile) else {
      throw StackError(code: .unavailable, message: "\(configuration.secretsFile) cannot be read")
    }
    return secrets
  }
}
