import ArgumentParser
import Foundation
import Stack

/// `kvchaos scale`
struct ScaleCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scale",
    abstract: "Scale a tier to this many containers, and wait until they are healthy.",
    discussion: """
      Uses Compose, and touches nothing else. Containers that are removed finish their open work; NGINX and the broker \
      adapt by themselves. Workers beyond the number of command queues (KV_PARTITIONS) have nothing to do.

      Exit status: 0; 64 usage; 69 the stack is not up, or a container does not become healthy.
      """)

  @Argument(help: ArgumentHelp("The tier: api or worker.", valueName: "tier"))
  var tier: Tier

  @Argument(help: ArgumentHelp("Number of containers, 1 to \(Stack.scaleLimit).", valueName: "number"))
  var count: Int

  @Option(help: .duration("Timeout (default: 60s)."), transform: DurationOption.parse)
  var limit = Duration.seconds(60)

  @Flag(help: "Print the result as JSON.")
  var json = false

  enum Tier: String, ExpressibleByArgument, CaseIterable { case api, worker }

  func validate() throws {
    guard (1...Stack.scaleLimit).contains(count) else {
      throw ValidationError("<number> must be from 1 to \(Stack.scaleLimit).")
    }
    guard limit >= .seconds(1) else { throw ValidationError("--limit must be at least 1s.") }
  }

  func run() async throws {
    var configuration = try StackConfiguration.current()
    configuration.limit = limit
    let start = ContinuousClock.now
    let scalable: ScalableTier = tier == .api ? .api : .worker
    let before = try await Stack(configuration).scale(scalable, to: count)
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let rounded = (seconds * 10).rounded() / 10
    print(
      json
        ? #"{"after":\#(count),"before":\#(before),"seconds":\#(rounded),"tier":"\#(tier.rawValue)"}"#
        : "\(tier.rawValue): \(before) before, \(count) now, healthy after \(rounded) s")
  }
}
