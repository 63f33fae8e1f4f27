import ArgumentParser
import ChaosPlan
import Faults
import Foundation
import Stack
import Synchronization

/// `kvchaos up`
struct UpCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "up",
    abstract: "Start the stack and wait until the whole store answers.",
    discussion: """
      Ends when the store has answered a committed write and a linearizable read, and every API is ready. A stack that \
      is up already stays as it is. Faults that an earlier run left behind are healed first. If --flavour is auto and \
      CockroachDB does not come up, its containers are removed and PostgreSQL is used.

      Progress goes to standard error. Exit status: 0 the store answers; 69 Docker, an image or a port is not \
      available, or a container does not start (with its last lines).
      """)

  @Option(help: "Flavour of the SQL tier: auto uses CockroachDB if it is available and comes up, else Patroni.")
  var flavour = SQLFlavourChoice.auto

  @Option(help: ArgumentHelp("Number of workers (default: from the compose file).", valueName: "number"))
  var workers: Int?

  @Option(help: ArgumentHelp("Number of APIs (default: from the compose file).", valueName: "number"))
  var apis: Int?

  @Option(help: .duration("Timeout (default: 180s)."), transform: DurationOption.parse)
  var limit = Duration.seconds(180)

  @Flag(help: "Print the status of every node as JSON at the end.")
  var json = false

  func validate() throws {
    guard limit >= .seconds(1) else { throw ValidationError("--limit must be at least 1s.") }
    guard (workers ?? 1) > 0 else { throw ValidationError("--workers must be at least 1.") }
    guard (apis ?? 1) > 0 else { throw ValidationError("--apis must be at least 1.") }
  }

  func run() async throws {
    var configuration = try StackConfiguration.current(flavour: flavour)
    configuration.workers = workers
    configuration.apis = apis
    configuration.limit = limit
    let stack = Stack(configuration)
    let lock = try await stack.claim()
    defer { withExtendedLifetime(lock) {} }
    try HealCommand.report(try await stack.recover(startsStopped: false), quietWhenNothing: true)
    let display = ProgressWriter()
    try await stack.up { display.write($0) }
    if json { print(try await stack.status(asksStarting: true).json()) }
  }
}

extension SQLFlavourChoice: ExpressibleByArgument {}

/// Writes the progress of `up` to standard error.
final class ProgressWriter: Sendable {
  private let display = Mutex(
    StackProgressDisplay(
      isTerminal: isatty(FileHandle.standardError.fileDescriptor) == 1,
      environment: ProcessInfo.processInfo.environment))

  func write(_ progress: StackProgress) {
    display.withLock { display in
      FileHandle.standardError.write(Data(display.apply(progress).utf8))
    }
  }
}
