import ArgumentParser
import Detection
import Orchestrator
import Stack

/// `kvchaos shrink`
struct ShrinkCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "shrink",
    abstract: "Find a smaller plan that still violates what a run violated.",
    discussion: """
      Takes the folder of a violated run, and tries its plan with fewer faults (delta debugging), fewer clients and \
      less time. Accepts a smaller plan if enough of its tries violate one of the same checks. Writes the smallest one \
      as a plan file.

      Exit status: 0 a plan was written, 65 the folder has no violated run, 69 the stack is not available, 130 \
      interrupted.
      """)

  @Argument(
    help: ArgumentHelp("The folder of a run, like results/sql-leader-kill/latest.", valueName: "run"),
    completion: .directory)
  var folder: String

  @Option(help: ArgumentHelp("Where the plan goes (default: small.yml in the run's folder).", valueName: "file"))
  var output: String?

  @Option(help: "Number of tries that must violate.")
  var needed = 2

  @Option(help: "Tries of each smaller plan.")
  var tries = 3

  @Option(help: ArgumentHelp("The planted bug that the run had (`kvchaos detect`).", valueName: "name"))
  var bug: String?

  @Option(help: .duration("Stop starting new tries after this time (e.g. 9m)."), transform: DurationOption.parse)
  var within: Duration?

  func validate() throws {
    guard needed >= 1, needed <= tries else { throw ValidationError("--needed must be from 1 to --tries") }
    if let bug, KnownBug.named(bug) == nil {
      throw ValidationError("unknown bug \(bug); see kvchaos detect --list")
    }
  }

  func run() async throws {
    let configuration = try StackConfiguration.current()
    let lock = try await Stack(configuration).claim()
    defer { withExtendedLifetime(lock) {} }
    let console = ConsoleProgress()
    let runs = StackRuns(configuration, progress: console.show)
    let shrinker = try Shrinker(
      folder: folder, target: configuration.planTarget, needed: needed, tries: tries, runs: runs, bug: bug,
      resultsRoot: configuration.resultsFolder, progress: console.show)
    let path = output ?? "\(folder)/small.yml"
    let result: Result<Shrinker.Outcome, any Error>
    do {
      result = .success(try await shrinker.run(to: path, until: within.map { .now + $0 }))
    } catch {
      result = .failure(error)
    }
    if bug != nil { try await runs.restore() }
    console.finish()
    let outcome = try result.get()
    print("whole: \(Shrinker.text(outcome.whole))")
    print("small: \(Shrinker.text(outcome.cut)), after \(outcome.runs) runs")
    if outcome.isCutShort { print("the time limit was reached: there may be a smaller one") }
    print(path)
  }
}
