import ArgumentParser
import StoreBackends

/// What the brokers do by themselves, for `kvchaos load --baseline`.
struct BrokerBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "broker-bench",
    abstract: "Measure how many persistent messages a second the brokers confirm, and print JSON lines.",
    discussion: "Uses a separate queue, which is deleted afterwards. Loads the brokers to their limit.")

  @Option(help: ArgumentHelp("Duration of each measurement.", valueName: "seconds"))
  var seconds = 4

  mutating func validate() throws {
    guard (1...60).contains(seconds) else { throw ValidationError("--seconds must be from 1 to 60.") }
  }

  mutating func run() async throws {
    let benchmark = BrokerBenchmark(configuration: try configured())
    for outstanding in [500, 1] {
      let rate = try await benchmark.run(outstanding: outstanding, duration: .seconds(seconds))
      print(
        "{\"outstanding\":\(rate.outstanding),\"bytes\":\(rate.bytes),\"messages\":\(rate.messages),"
          + "\"seconds\":\(rate.seconds),\"perSecond\":\(rate.perSecond)}")
    }
  }
}
