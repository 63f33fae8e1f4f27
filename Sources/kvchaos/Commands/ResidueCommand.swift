import ArgumentParser
import Foundation
import PrettyJSON
import Stack

/// `kvchaos residue`
struct ResidueCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "residue",
    abstract: "Search the stack for fault residue: rules, helpers, paused, stopped and missing containers, open undos.",
    discussion: """
      Changes nothing; `kvchaos heal` undoes the findings, and `kvchaos up` recreates removed containers. During a \
      run, the run's own faults are found.

      Exit status: 0 no residue; 1 residue found; 69 Docker or Compose is not available.
      """)

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() async throws {
    let stack = Stack(try StackConfiguration.current())
    let found = try await stack.residue(since: try await stack.composedRoster()) + (try stack.openUndos())
    if json {
      struct Item: Encodable {
        var kind: String
        var container: String
        var detail: String
      }
      let items = found.map { Item(kind: $0.kind.rawValue, container: $0.container, detail: $0.detail) }
      print(try PrettyJSON.text(items))
    } else {
      print(found.isEmpty ? "nothing is left" : found.map(\.description).joined(separator: "\n"))
    }
    guard found.isEmpty else { throw ExitCode(1) }
  }
}
