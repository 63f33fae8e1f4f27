import ArgumentParser
import ChaosPlan
import Failures
import Foundation
import PrettyJSON
import Stack

/// `kvchaos plan`
struct PlanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Validate plan files, list what each plan asks, or print their faults and schema.",
    subcommands: [Validate.self, List.self, Faults.self, Schema.self])

  /// `kvchaos plan validate`
  struct Validate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Validate plan files and report all errors.",
      discussion: "Exit status: 0 all are valid; 65 one has errors (file:line:column: error).")

    @Argument(
      help: ArgumentHelp("Plan files; without any, those in chaos/ and chaos/cap/.", valueName: "plan.yml"),
      completion: .file(extensions: ["yml", "yaml"]))
    var plans: [String] = []

    func run() async throws {
      let folder = plans.isEmpty ? try PlanCommand.folder() : ""
      let paths = plans.isEmpty ? PlanFile.paths(in: folder) + PlanFile.paths(in: "\(folder)/cap") : plans
      var problems: [PlanError.Problem] = []
      var texts: [String] = []
      let target = try StackConfiguration.planTarget()
      for path in paths {
        do throws(PlanError) {
          print("\(path): \(try name(of: path, target)) is valid")
        } catch {
          problems += error.problems
          texts.append(error.description)
        }
      }
      guard problems.isEmpty else {
        FileHandle.standardError.write(Data((texts.joined(separator: "\n") + "\n").utf8))
        throw ExitCode(FailureCategory.badInput.exitStatus)
      }
    }

    /// A file with cells is a plan of the CAP ledger.
    private func name(of path: String, _ target: PlanTarget) throws(PlanError) -> String {
      if let text = try? String(contentsOfFile: path, encoding: .utf8), CapPlanParser.isCapPlan(text) {
        let plan = try CapPlanParser.parse(text, path: path, target: target)
        return "\(plan.name) (\(plan.cells.count) cells)"
      }
      return try PlanFile(path: path, target: target).plan.name
    }
  }

  /// `kvchaos plan list`
  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List what each plan in chaos/ asks.")

    @Flag(help: "Print the list as JSON.")
    var json = false

    private struct Item: Encodable {
      var name: String
      var question: String
      var path: String
      var faults: [String]
    }

    func run() async throws {
      let target = try StackConfiguration.planTarget()
      let items = try PlanFile.paths(in: try PlanCommand.folder()).map { path in
        let plan = try PlanFile(path: path, target: target).plan
        return Item(
          name: plan.name, question: plan.description, path: path, faults: plan.faults.flatMap(\.faults).map(\.label))
      }
      if json {
        print(try PrettyJSON.text(items))
        return
      }
      let width = items.map(\.name.count).max() ?? 0
      for item in items {
        print(item.name + String(repeating: " ", count: width - item.name.count + 2) + item.question)
      }
    }
  }

  /// `kvchaos plan faults`
  struct Faults: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the faults that plans can use, with their targets and fields.")

    @Flag(help: "Print the table of chaos/README.md.")
    var markdown = false

    func run() throws {
      let target = try StackConfiguration.planTarget()
      print(markdown ? FaultTable.markdown(for: target) : FaultTable.text(for: target), terminator: "")
    }
  }

  /// `kvchaos plan schema`
  struct Schema: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print the JSON Schema of plans.",
      discussion: """
        For editors: a plan whose first line is `# yaml-language-server: $schema=plan.schema.json` is completed and \
        checked as it is written. chaos/plan.schema.json is what this prints, and with --cap \
        chaos/cap/cap.schema.json.
        """)

    @Flag(help: "The schema of the plans of the CAP ledger.")
    var cap = false

    func run() throws {
      let target = try StackConfiguration.planTarget()
      print(cap ? CapPlanSchema.text(for: target) : PlanSchema.text(for: target), terminator: "")
    }
  }

  private static func folder() throws -> String { "\(try StackConfiguration.current().home)/chaos" }
}
