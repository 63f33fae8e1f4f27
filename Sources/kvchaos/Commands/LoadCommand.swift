import ArgumentParser
import ChaosPlan
import Failures
import Foundation
import LoadTest
import Orchestrator
import Stack
import Synchronization

/// `kvchaos load`
struct LoadCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "load",
    abstract: "Load the store and measure throughput, latency, end-to-end delay and processor time.",
    discussion: """
      Three modes: users that start over a ramp and loop over a PUT and a GET of the same key (--users, --ramp, \
      --loops; the default), clients that send as fast as they are answered (--clients, --duration), and a constant \
      rate regardless of the answers (--rate, --duration). Latency counts from the moment at which a request is due.

      Only 127.0.0.1 and ::1 are loaded. A bearer token is taken from the environment variable KVCHAOS_TOKEN. Results \
      go to results/load/<UTC time>/, with the link latest beside it; progress goes to standard error.

      Ctrl-C ends the test and reports the results so far; a second one ends it at once.

      Exit status: 0; 1 more requests failed, or are of unknown outcome, than --max-errors; 64 usage; 69 the store \
      does not answer; 130 interrupted (after reporting).
      """)

  enum Acknowledgement: String, ExpressibleByArgument, CaseIterable { case queued, committed }
  enum Read: String, ExpressibleByArgument, CaseIterable { case cache, linearizable }

  @Option(help: ArgumentHelp("Users that start over the ramp (default: 300).", valueName: "number"))
  var users: Int?

  @Option(help: .duration("The time over which the users start (default: 30s)."), transform: DurationOption.parse)
  var ramp: Duration?

  @Option(help: ArgumentHelp("PUTs of each user, each followed by a GET (default: 100).", valueName: "number"))
  var loops: Int?

  @Option(help: ArgumentHelp("Clients that send as fast as they are answered.", valueName: "number"))
  var clients: Int?

  @Option(help: ArgumentHelp("Requests a second, regardless of the answers.", valueName: "number"))
  var rate: Double?

  @Option(help: .duration("Duration of --clients or --rate (default: 30s)."), transform: DurationOption.parse)
  var duration: Duration?

  @Option(
    help: ArgumentHelp("Requests that --rate may have open at the same time (default: 1000).", valueName: "number"))
  var connections: Int?

  @Option(help: ArgumentHelp("Share of PUTs under --clients and --rate, 0 to 1 (default: 0.5).", valueName: "share"))
  var putShare: Double?

  @Option(
    help: .duration("Under --clients and --rate, time before measuring begins (default: 2s)."),
    transform: DurationOption.parse
  )
  var warmUp: Duration?

  @Option(help: "When a PUT is answered.")
  var ack = Acknowledgement.queued

  @Option(help: "The source of the answer to a GET.")
  var read = Read.cache

  @Option(help: ArgumentHelp("Keys, used in turn.", valueName: "number"))
  var keys = 10_000

  @Option(help: ArgumentHelp("Size of the values, in bytes.", valueName: "bytes"))
  var valueSize = 200

  @Option(help: .duration("Request timeout (default: 20s)."), transform: DurationOption.parse)
  var timeout = Duration.seconds(20)

  @Option(help: ArgumentHelp("The store's address (default: the stack's NGINX).", valueName: "url"))
  var url: String?

  @Flag(help: "First measure RabbitMQ and Redis on their own, and include the results in the report.")
  var baseline = false

  @Option(help: ArgumentHelp("Number of errors to allow before exit status 1.", valueName: "number"))
  var maxErrors = 0

  @Option(
    name: [.customLong("results"), .customLong("output")],
    help: ArgumentHelp("Write the files here (default: results/load/<UTC time>).", valueName: "folder"))
  var results: String?

  @Flag(help: "Print the report as JSON.")
  var json = false

  func validate() throws {
    let modes = [clients != nil, rate != nil, users != nil || ramp != nil || loops != nil].count { $0 }
    guard modes <= 1 else {
      throw ValidationError("Take one of --users (with --ramp and --loops), --clients and --rate.")
    }
    let isUsers = clients == nil && rate == nil
    guard !isUsers || (duration == nil && putShare == nil && warmUp == nil) else {
      throw ValidationError("--duration, --put-share and --warm-up go with --clients or --rate.")
    }
    guard rate != nil || connections == nil else { throw ValidationError("--connections goes with --rate.") }
    for (name, value, limit) in [
      ("--users", users ?? 1, 10_000), ("--loops", loops ?? 1, 1_000_000), ("--clients", clients ?? 1, 10_000),
      ("--connections", connections ?? 1, 10_000), ("--keys", keys, 10_000_000),
    ] where !(1...limit).contains(value) {
      throw ValidationError("\(name) must be from 1 to \(limit).")
    }
    guard rate.map({ $0 > 0 && $0 <= 1_000_000 }) ?? true else {
      throw ValidationError("--rate must be above 0 and at most 1000000.")
    }
    guard (0...1).contains(putShare ?? 0.5) else { throw ValidationError("--put-share must be from 0 to 1.") }
    guard duration.map({ $0 > .zero }) ?? true, timeout > .zero else {
      throw ValidationError("--duration and --timeout must be above 0.")
    }
    guard (12...1_048_576).contains(valueSize) else {
      throw ValidationError("--value-size must be from 12 (a value begins with its number) to 1048576.")
    }
    guard maxErrors >= 0 else { throw ValidationError("--max-errors must be at least 0.") }
    if let url, LoadTarget(url) == nil {
      throw ValidationError(
        "--url must be http://127.0.0.1:PORT or http://[::1]:PORT, without a path: only this machine can be loaded.")
    }
  }

  func run() async throws {
    let configuration = try StackConfiguration.current()
    let stack = Stack(configuration)
    let test = LoadRun(
      try await settings(stack), stack: stack, command: commandLine, isWithBaseline: baseline,
      progress: { Self.say($0) })
    let isInterrupted = Atomic(false)
    let watch = SignalWatch { name in
      isInterrupted.store(true, ordering: .relaxed)
      Self.say("\(name): ending the load, then reporting; again: ends at once")
      test.stop()
    }
    defer { watch.stop() }
    let result = try await test.run()
    let folder = try write(result, configuration)
    print(json ? try LoadFiles.json(of: result.report) : LoadDocument(result.report).markdown, terminator: "")
    Self.say("report: \(folder)/report.html")
    if isInterrupted.load(ordering: .relaxed) { throw ExitCode(FailureCategory.interrupted.exitStatus) }
    if result.report.errorCount > maxErrors { throw ExitCode(1) }
  }

  private static func say(_ line: String) { FileHandle.standardError.write(Data("\(line)\n".utf8)) }

  private func settings(_ stack: Stack) async throws -> LoadSettings {
    let address = if let url { url } else { try await stack.storeURL() }
    guard let target = LoadTarget(address) else { throw ValidationError("\(address) is not on this machine.") }
    let mode: LoadSettings.Mode =
      if let clients {
        .saturated(clients: clients, duration: duration ?? .seconds(30))
      } else if let rate {
        .rate(rate, duration: duration ?? .seconds(30), connections: connections ?? 1_000)
      } else {
        .users(users ?? 300, ramp: ramp ?? .seconds(30), loops: loops ?? 100)
      }
    let isUsers = clients == nil && rate == nil
    return LoadSettings(
      mode: mode, target: target, acknowledgement: ack == .queued ? .queued : .committed,
      read: read == .cache ? .cache : .linearizable, keys: keys, valueBytes: valueSize,
      putsPerThousand: Int(((putShare ?? 0.5) * 1_000).rounded()),
      warmUp: isUsers ? .zero : warmUp ?? .seconds(2), timeout: timeout,
      token: ProcessInfo.processInfo.environment["KVCHAOS_TOKEN"].flatMap { $0.isEmpty ? nil : $0 })
  }

  private var commandLine: String {
    (["kvchaos"] + CommandLine.arguments.dropFirst()).joined(separator: " ")
  }

  private func write(_ result: LoadRun.Result, _ configuration: StackConfiguration) throws -> String {
    let files = LoadFiles(result)
    if let results {
      try files.write(to: results)
      return results
    }
    let folder = try ResultsFolder(
      root: configuration.resultsFolder, plan: "load", startedAt: Date(), hasLogs: false)
    try files.write(to: folder.path)
    folder.linkLatest()
    return folder.path
  }
}
