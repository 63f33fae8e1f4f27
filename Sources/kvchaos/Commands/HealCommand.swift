import ArgumentParser
import Faults
import Foundation
import Stack

/// `kvchaos heal`
struct HealCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "heal",
    abstract: "Take back every fault that an interrupted run left behind.",
    discussion: """
      Reads the ledger of undos (results/.ledger), which is written before a fault is injected, and takes back what is \
      open there; then removes rules and helpers that no ledger knows (kvchaos residue lists them). Safe to repeat. Refuses \
      while a run is under way.

      Exit status: 0 nothing is left; 69 Docker is not there, or a run is under way; 70 something could not be taken back \
      (it stays in the ledger).
      """)

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() async throws {
    let stack = Stack(try StackConfiguration.current())
    let report = try await stack.healLeftovers()
    // The ledger was free, so that no run is under way: what is found now is nobody's.
    let left = try await stack.sweep(try await stack.residue())
    for item in left { FileHandle.standardError.write(Data("note: \(item)\n".utf8)) }
    if json {
      print(try Self.document(report))
      try Self.throwFailures(report)
    } else {
      try Self.report(report, quietWhenNothing: false)
    }
  }

  /// Says on standard error what was taken back, and throws what was not.
  static func report(_ report: HealReport, quietWhenNothing: Bool) throws {
    var lines = report.healed.map { "healed: \($0.kind) of \($0.target.node)" }
    lines += report.gone.map { "gone with its container: \($0.kind) of \($0.target.node)" }
    if lines.isEmpty, report.isClean, !quietWhenNothing { lines = ["nothing to heal"] }
    for line in lines { FileHandle.standardError.write(Data((line + "\n").utf8)) }
    try throwFailures(report)
  }

  private static func throwFailures(_ report: HealReport) throws {
    guard !report.isClean else { return }
    throw FaultError(
      code: .notHealed, message: "not everything could be taken back; it stays in the ledger",
      healFailures: report.failures)
  }

  private static func document(_ report: HealReport) throws -> String {
    struct Document: Encodable {
      struct Item: Encodable {
        var kind: String
        var node: String
        var reason: String?
      }

      var healed: [Item]
      var gone: [Item]
      var failed: [Item]
    }
    func item(_ undo: Undo, _ reason: String? = nil) -> Document.Item {
      Document.Item(kind: undo.kind.rawValue, node: undo.target.node, reason: reason)
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    let document = Document(
      healed: report.healed.map { item($0) }, gone: report.gone.map { item($0) },
      failed: report.failures.map { item($0.undo, $0.message) })
    return String(decoding: try encoder.encode(document), as: UTF8.self)
  }
}
