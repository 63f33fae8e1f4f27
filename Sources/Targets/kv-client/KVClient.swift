import ArgumentParser
import ChaosPlan
import Endpoints
import Glibc
import NIOPosix
import Synchronization
import TierWorkload

/// `kv-client`: clients of one tier, in a container on the stack's network.
@main
struct KVClient: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kv-client",
    abstract: "Drives a workload at a tier of the stack and prints its history, a line of JSON an event.",
    discussion: """
      Times are of the machine's monotonic clock, which all containers share. User and password come from KV_CLIENT_USER and \
      KV_CLIENT_PASSWORD. Exit status: 0 done; 64 usage; 69 the tier refuses the request.
      """,
    subcommands: [Prepare.self, Run.self, Finish.self])

  static let unavailable = ExitCode(69)

  /// What every subcommand takes.
  struct Options: ParsableArguments {
    @Option var tier: CapTier
    @Option var variant: CapVariant
    @Option var workload: CapWorkload
    @Option(help: "Flavour of the SQL tier.") var flavour = SQLFlavour.patroni
    @Option(help: "host:port, separated by commas.") var nodes: String
    @Option(help: "Prefix of the names of everything that the run creates.") var namespace: String
    @Option var seed: UInt64
    @Option var stride = 100

    func validate() throws {
      guard tier.variants.contains(variant) else {
        throw ValidationError("\(tier.rawValue) has no variant \(variant.rawValue)")
      }
      guard tier.workloads.contains(workload) else {
        throw ValidationError("\(tier.rawValue) has no workload \(workload.rawValue)")
      }
      guard !addresses.isEmpty, addresses.count == nodes.split(separator: ",").count else {
        throw ValidationError("the nodes must be host:port, separated by commas")
      }
    }

    private var addresses: [HostPort] {
      nodes.split(separator: ",").compactMap { HostPort($0) }
    }

    var settings: ClientSettings {
      ClientSettings(
        tier: tier, variant: variant, workload: workload, flavour: flavour, nodes: addresses,
        user: Self.environment("KV_CLIENT_USER"), password: Self.environment("KV_CLIENT_PASSWORD"),
        namespace: namespace, seed: seed)
    }

    private static func environment(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }
  }

  static func complain(_ text: String) {
    let bytes = Array("\(text)\n".utf8)
    _ = write(STDERR_FILENO, bytes, bytes.count)
  }
}

extension CapTier: ExpressibleByArgument {}
extension CapVariant: ExpressibleByArgument {}
extension CapWorkload: ExpressibleByArgument {}
extension SQLFlavour: ExpressibleByArgument {}

struct Prepare: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Create what the workload needs, empty.")

  @OptionGroup var options: KVClient.Options

  func run() async throws {
    let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let client = ClientRun.client(options.settings, number: 0, loop: loops.any())
    var last = ""
    // A tier that has just been healed may need a moment for its first write.
    for _ in 0..<10 {
      do {
        try await client.prepare()
        await client.close()
        return
      } catch {
        last = "\(error)"
        try await Task.sleep(for: .seconds(1))
      }
    }
    KVClient.complain(last)
    throw KVClient.unavailable
  }
}

struct Run: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Operate until SIGTERM.")

  @OptionGroup var options: KVClient.Options
  @Option var clients = 4
  @Option(help: "The process number of the first client.") var firstProcess = 0
  @Option(name: .customLong("interval-ms"), help: "Between the operations of one client.")
  var intervalMilliseconds = 25
  @Option(help: "Time after which it ends by itself.") var seconds = 300

  func run() async throws {
    let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let run = ClientRun.traffic(
      options.settings,
      ClientRun.Terms(
        clients: clients, firstProcess: firstProcess, stride: options.stride,
        interval: .milliseconds(intervalMilliseconds)),
      sink: EventSink(), loop: loops.any())
    // As process 1 it has no default action for a signal.
    signal(SIGTERM) { _ in isEnding.store(true, ordering: .relaxed) }
    let watch = Task {
      let end = ContinuousClock.now + .seconds(seconds)
      while !isEnding.load(ordering: .relaxed), ContinuousClock.now < end {
        try await Task.sleep(for: .milliseconds(50))
      }
      run.stop()
    }
    await run.run()
    watch.cancel()
  }
}

struct Finish: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Read everything, or drain the queue; then remove what was created.")

  @OptionGroup var options: KVClient.Options
  @Option var process = 90
  @Option(help: "Time after which an unanswered read stays unanswered.") var seconds = 30

  func run() async throws {
    let settings = options.settings
    let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let client = ClientRun.client(settings, number: process, loop: loops.any())
    await client.warmUp()
    var phase = FinalPhase(
      settings, client: client, process: process, stride: options.stride, limit: .seconds(seconds), sink: EventSink())
    let open = await phase.run()
    // What cannot be taken away now is taken away with the stack; the names are the run's own.
    try? await client.cleanUp()
    await client.close()
    guard open.isEmpty else {
      KVClient.complain("not answered: \(open.joined(separator: ", "))")
      throw KVClient.unavailable
    }
  }
}

/// Set by the signal handler.
private let isEnding = Atomic(false)
