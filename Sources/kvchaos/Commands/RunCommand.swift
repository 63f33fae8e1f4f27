import ArgumentParser
import ChaosPlan
import Failures
import Foundation
import Orchestrator
import Report
import Stack

/// `kvchaos run`
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run plans: traffic, faults, heal, final reads, verdict.",
    discussion: """
      Starts the stack if it is not running. Results go to results/<plan>/<UTC time>/, with the link latest beside it. \
      Ctrl-C heals, then reports the results so far. Several plans run one after another, regardless of earlier \
      verdicts.

      Progress goes to standard error, the verdict to standard output. Exit status: 0 held, 1 violated, 2 unknown, 65 \
      a plan has errors, 69 the stack or Docker is not available, or the SQL flavour cannot run a plan, 70 internal \
      fault, 130 interrupted (after healing); of several plans, 1 if any is violated, else 65 and above if any could \
      not be run, else 2 if any is unknown.
      """)

  @Argument(
    help: ArgumentHelp("The plan files.", valueName: "plan.yml"), completion: .file(extensions: ["yml", "yaml"]))
  var plans: [String]

  @Option(help: "Replay the traffic and the choices of an earlier run.")
  var seed: UInt64?

  @Option(
    name: .customLong("for"),
    help: .duration("Duration of random faults, such as 30m, in place of the plans' own."),
    transform: DurationOption.planText)
  var length: String?

  @Option(help: ArgumentHelp("Where results go (default: results in the repository).", valueName: "folder"))
  var results: String?

  @Flag(help: "Keep a row for each plan's last run on each SQL flavour in PLANS.md and plans.json of the results.")
  var table = false

  @Flag(help: "Print the reports as JSON.")
  var json = false

  func run() async throws {
    // All of them before the first begins: a misspelt word in the last must not cost an hour.
    let target = try StackConfiguration.planTarget()
    let files = try plans.map { path in
      let file = try PlanFile(path: path, target: target)
      return try length.map { try PlanEditor(file).lasting($0) } ?? file
    }
    let configuration = try StackConfiguration.current()
    let root = results ?? configuration.resultsFolder
    let series = ConsoleProgress()
    var worst = SeriesStatus()
    let interrupted = FailureCategory.interrupted.exitStatus
    for (index, file) in files.enumerated() {
      if files.count > 1 { series.show(.note("plan \(index + 1) of \(files.count): \(file.plan.name)")) }
      let status: Int32
      do {
        status = try await run(file, configuration, root: root)
      } catch {
        guard files.count > 1, let code = ExitStatus.status(for: error), code != interrupted else {
          throw error
        }
        series.show(.note("\(file.plan.name) could not be run: \(error)"))
        status = code
      }
      worst.add(status)
      if status == interrupted { break }
    }
    if worst.value != 0 { throw ExitCode(worst.value) }
  }

  /// Runs one plan; its exit status.
  private func run(_ file: PlanFile, _ configuration: StackConfiguration, root: String) async throws -> Int32 {
    let options = RunOptions(resultsRoot: root, seed: seed, catchesSignals: true)
    let console = ConsoleProgress()
    let result: RunResult
    do {
      result = try await Runner(file, configuration: configuration, options: options, progress: console.show).run()
      console.finish()
    } catch {
      console.finish()
      if let refused = error as? UnsuitedPlan { try record(PlanTable.Row(refused), root: root) }
      throw error
    }
    print(json ? try ReportFiles.json(of: result.report) : TextReport(result.report, folder: result.folder).text)
    try record(PlanTable.Row(result.report), root: root)
    return result.exitStatus
  }

  /// Keeps a line in the table of the results, if there is to be one.
  private func record(_ row: PlanTable.Row, root: String) throws {
    guard table else { return }
    var table = try PlanTable(folder: root)
    table.record(row)
    try table.write(to: root)
  }
}

extension PlanTable.Row {
  fileprivate init(_ refused: UnsuitedPlan) {
    self.init(
      refused: refused.plan.name, question: refused.plan.description, flavour: refused.flavour.rawValue,
      reason: refused.reason, startedAt: Date.now.formatted(.iso8601))
  }
}
