import ArgumentParser
import Foundation
import Stack

/// `kvchaos residue`
struct ResidueCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "residue",
    abstract: "Look for what faults have left in the stack: rules, helpers, paused, stopped and missing containers.",
    discussion: """
      Changes nothing; `kvchaos heal` takes back what is found, and `kvchaos up` makes a container that was removed. While a run \
      is under way, its own faults are found.

      Exit status: 0 nothing is left; 1 something is; 69 Docker or Compose is not there.
      """)

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() async throws {
    let stack = Stack(try StackConfiguration.current())
    let found = try await stack.residue(since: try await stack.composedRoster())
    if json {
      struct Item: Encodable {
        var kind: String
        var container: String
        var detail: String
      }
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      let items = found.map { Item(kind: $0.kind.rawValue, container: $0.container, detail: $0.detail) }
      print(String(decoding: try encoder.encode(items), as: UTF8.self))
    } else {
      print(found.isEmpty ? "nothing is left" : found.map(\.description).joined(separator: "\n"))
    }
    guard found.isEmpty else { throw ExitCode(1) }
  }
}
