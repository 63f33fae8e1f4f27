import ArgumentParser
import Detection
import Orchestrator
import Report
import Stack

/// `kvchaos detect`
struct DetectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "detect",
    abstract: "Plant bugs into the services and test whether the suite catches them.",
    discussion: """
      Runs each bug under its plan in chaos/detect, and the same plans without any bug. Needs the image \
      kvchaos/services:planted (scripts/build-planted); the release services are restored at the end. Results go to \
      results/DETECTION.md and results/detection.json after every run: the same command continues where an earlier one \
      ended.

      Exit status: 0 every bug was caught in at least 9 of 10 of its runs and no run without a bug raised an alarm, 1 \
      otherwise, 2 runs are missing, 69 the stack or the image is not available, 130 interrupted.
      """)

  @Option(help: ArgumentHelp("Only this bug (may be repeated).", valueName: "name"))
  var bug: [String] = []

  @Option(help: "Runs of each bug.")
  var runs = 10

  @Option(help: "Runs without any bug, under the plans in turn.")
  var silentRuns = 100

  @Option(help: .duration("Stop starting new runs after this time (e.g. 9m)."), transform: DurationOption.parse)
  var within: Duration?

  @Option(help: ArgumentHelp("Where results go (default: results in the repository).", valueName: "folder"))
  var results: String?

  @Flag(help: "Discard the earlier runs of these bugs first (if their plans or the image have changed).")
  var again = false

  @Flag(help: "List the bugs, and do nothing.")
  var list = false

  @Flag(help: "Write DETECTION.md from the runs so far, and run nothing.")
  var report = false

  func validate() throws {
    guard runs >= 0, silentRuns >= 0 else { throw ValidationError("runs are counted from 0") }
    for name in bug where KnownBug.named(name) == nil {
      let known = KnownBug.all.map(\.name).joined(separator: ", ")
      throw ValidationError("unknown bug \(name); expected one of \(known)")
    }
  }

  func run() async throws {
    if list {
      for known in KnownBug.all { print("\(known.name)\t\(known.place.rawValue)\t\(known.summary)") }
      return
    }
    let names = bug.isEmpty ? KnownBug.all.map(\.name) : bug
    let configuration = try StackConfiguration.current()
    if report {
      print(try Detector.rewrite(results ?? configuration.resultsFolder, command: command), terminator: "")
      return
    }
    // Of the whole series: between two runs the stack may have a bug in it.
    let lock = try await Stack(configuration).claim()
    defer { withExtendedLifetime(lock) {} }
    let console = ConsoleProgress()
    let detector = Detector(
      DetectionSchedule(bugs: names, runs: runs, runsWithoutBug: silentRuns),
      runs: StackRuns(configuration, progress: console.show), plans: "\(configuration.home)/chaos/detect",
      target: configuration.planTarget,
      resultsRoot: results ?? configuration.resultsFolder, command: command, progress: console.show)
    let outcome: (record: DetectionRecord, owed: Int)
    do {
      if again { try detector.forget() }
      outcome = try await detector.run(until: within.map { .now + $0 })
      console.finish()
    } catch {
      console.finish()
      throw error
    }
    print(try Detector.rewrite(results ?? configuration.resultsFolder, command: command), terminator: "")
    let verdict = DetectionVerdict(outcome.record, bugs: names)
    if outcome.owed > 0 {
      print("\(outcome.owed) runs are missing; the same command continues.")
      throw ExitCode(2)
    }
    if !verdict.isReached { throw ExitCode(1) }
  }

  /// Without its options: the record is of several of them, and goes on where the last ended.
  private var command: String { "kvchaos detect" }
}
