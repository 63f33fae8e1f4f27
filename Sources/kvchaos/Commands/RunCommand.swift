import ArgumentParser
import ChaosPlan
import Foundation
import Orchestrator
import Report
import Stack

/// `kvchaos run`
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a plan: traffic, faults, heal, final reads, verdict.",
    discussion: """
      Brings the stack up if it is not. Results go to results/<plan>/<UTC time>/, with the link latest beside it. Ctrl-C \
      heals, then reports what there is; once more ends it at once, and kvchaos heal takes back what is left.

      Progress goes to standard error, the verdict to standard output. Exit status: 0 held, 1 violated, 2 unknown, 65 the \
      plan has errors, 69 the stack or Docker is not there, 130 interrupted (after healing).
      """)

  @Argument(
    help: ArgumentHelp("The plan file.", valueName: "plan.yml"), completion: .file(extensions: ["yml", "yaml"]))
  var plan: String

  @Option(help: "Replay the traffic and the choices of an earlier run.")
  var seed: UInt64?

  @Option(help: ArgumentHelp("Where results go (default: results in the repository).", valueName: "folder"))
  var results: String?

  @Flag(help: "Print the report as JSON.")
  var json = false

  func run() async throws {
    let file = try PlanFile(path: plan)
    let configuration = try StackConfiguration.current()
    let options = RunOptions(
      resultsRoot: results ?? "\(configuration.home)/results", seed: seed, catchesSignals: true)
    let console = ConsoleProgress()
    let result: RunResult
    do {
      result = try await Runner(file, configuration: configuration, options: options, progress: console.show).run()
      console.finish()
    } catch {
      console.finish()
      throw error
    }
    print(json ? try ReportFiles.json(of: result.report) : TextReport(result.report, folder: result.folder).text)
    if result.exitStatus != 0 { throw ExitCode(result.exitStatus) }
  }
}
