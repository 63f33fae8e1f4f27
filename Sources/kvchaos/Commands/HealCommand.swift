import ArgumentParser
import Faults
import Foundation
import PrettyJSON
import Stack

/// `kvchaos heal`
struct HealCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "heal",
    abstract: "Heal every fault that an interrupted run left behind.",
    discussion: """
      Starts stopped containers of the stack and resumes paused ones (a restart of the Docker Engine leaves them \
      stopped). Reads the ledger of undos (results/.ledger), which is written before a fault is injected, and undoes \
      the open entries. Then removes rules and helpers that are in no ledger (kvchaos residue lists them). Safe to \
      repeat. Refuses while another kvchaos uses the stack, and refuses a stack that another checkout started.

      Exit status: 0 nothing is left; 69 Docker is not available, or the stack is in use or belongs to another \
      checkout; 70 something could not be undone (it stays in the ledger).
      """)

  @Flag(help: "Heal a stack that another checkout started.")
  var foreign = false

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() async throws {
    let recovery = try await Stack(try StackConfiguration.current()).recover(foreign: foreign)
    if json { print(try Self.document(recovery)) }
    try Self.report(recovery, quietWhenNothing: json)
  }

  /// Says on standard error what was taken back, and throws what was not.
  static func report(_ recovery: Recovery, quietWhenNothing: Bool) throws {
    let lines = recovery.isEmpty && !quietWhenNothing ? ["nothing to heal"] : recovery.lines
    for line in lines { FileHandle.standardError.write(Data((line + "\n").utf8)) }
    guard !recovery.isClean else { return }
    throw FaultError(
      code: .notHealed,
      message: (["not everything could be undone"] + recovery.problems).joined(separator: "; "))
  }

  private static func document(_ recovery: Recovery) throws -> String {
    struct Document: Encodable {
      struct Item: Encodable {
        var kind: String
        var node: String
        var reason: String?
      }

      var raised: [String]
      var healed: [Item]
      var gone: [Item]
      var failed: [Item]
      var swept: [String]
      var left: [String]
    }
    func item(_ undo: Undo, _ reason: String? = nil) -> Document.Item {
      Document.Item(kind: undo.kind.rawValue, node: undo.target.node, reason: reason)
    }
    let report = recovery.report
    let document = Document(
      raised: recovery.raised, healed: report.healed.map { item($0) }, gone: report.gone.map { item($0) },
      failed: report.failures.map { item($0.undo, $0.message) }, swept: recovery.swept.map(\.description),
      left: recovery.left.map(\.description))
    return try PrettyJSON.text(document)
  }
}
