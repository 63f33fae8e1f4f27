import ArgumentParser
import Escaping
import Foundation
import Stack

/// `kvchaos autoscale`
struct AutoscaleCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "autoscale",
    abstract: "Watch queues and end-to-end delay, and scale the workers between bounds.",
    discussion: """
      Doubles the workers when commits have taken too long, or too many messages have been queued, for 4 s. Removes \
      one when both have been low for 20 s. Changes nothing within 8 s of a change. After a step down that had to be \
      reverted, the next one waits twice as long. At the end the number of workers stays as it is.

      Changes go to standard output, samples to standard error. Exit status: 0; 64 usage; 69 the stack is not up.
      """)

  @Option(name: .customLong("min"), help: ArgumentHelp("Minimum number of workers.", valueName: "number"))
  var minimum = 1

  @Option(name: .customLong("max"), help: ArgumentHelp("Maximum number of workers.", valueName: "number"))
  var maximum = 4

  @Option(help: .duration("Time after which to stop (default: until interrupted)."), transform: DurationOption.parse)
  var duration: Duration?

  @Option(help: .duration("Time between two samples (default: 2s)."), transform: DurationOption.parse)
  var interval = Duration.seconds(2)

  @Option(
    help: .duration("End-to-end delay (p99) from which to add workers (default: 500ms)."),
    transform: DurationOption.parse)
  var highDelay = Duration.milliseconds(500)

  @Option(
    help: .duration("End-to-end delay (p99) below which to remove workers (default: 200ms)."),
    transform: DurationOption.parse)
  var lowDelay = Duration.milliseconds(200)

  @Option(help: ArgumentHelp("Queued messages from which to add workers.", valueName: "number"))
  var highQueue = 1_000

  @Option(help: ArgumentHelp("Queued messages below which to remove workers.", valueName: "number"))
  var lowQueue = 100

  @Flag(help: "Print every sample and change as a line of JSON.")
  var json = false

  func validate() throws {
    guard minimum >= 1, minimum <= maximum, maximum <= Stack.scaleLimit else {
      throw ValidationError("--min and --max must be from 1 to \(Stack.scaleLimit), and --min not above --max.")
    }
    guard lowDelay < highDelay else {
      throw ValidationError("--low-delay must be below --high-delay.")
    }
    guard lowQueue < highQueue, lowQueue > 0 else {
      throw ValidationError("--low-queue must be at least 1 and below --high-queue.")
    }
    guard interval >= .milliseconds(500) else { throw ValidationError("--interval must be at least 500ms.") }
  }

  func run() async throws {
    let policy = Autoscaler.Policy(
      minimum: minimum, maximum: maximum, highDelay: highDelay, highQueue: highQueue,
      lowDelay: lowDelay, lowQueue: lowQueue)
    let json = json
    let run = AutoscaleRun(Stack(try StackConfiguration.current()), policy: policy, interval: interval) {
      event in
      let line = AutoscaleLine(event)
      let stream: FileHandle = json || line.isChange ? .standardOutput : .standardError
      stream.write(Data("\(json ? line.json : line.text)\n".utf8))
    }
    try await run.run(for: duration)
  }
}

/// An event of the autoscaler as a line, for people or programs.
struct AutoscaleLine {
  let text: String
  let json: String
  let isChange: Bool

  init(_ event: AutoscaleRun.Event) {
    switch event {
    case .sampled(let sample):
      let delay = sample.delay.map { "\(Int($0 / .milliseconds(1))) ms" } ?? "-"
      text =
        "\(Self.seconds(sample.time)) s: \(sample.workers) workers, delay p99 \(delay), "
        + "\(sample.queue.map(String.init) ?? "an unknown number of") messages queued"
      json = Self.object([
        ("time", Self.seconds(sample.time)), ("workers", String(sample.workers)),
        ("delayMilliseconds", sample.delay.map { String(Int($0 / .milliseconds(1))) } ?? "null"),
        ("queue", sample.queue.map(String.init) ?? "null"),
      ])
      isChange = false
    case .scaled(let from, let to, let reason, let time, let took):
      text = "\(Self.seconds(time)) s: \(from) -> \(to) workers in \(Self.seconds(took)) s: \(reason)"
      json = Self.object([
        ("time", Self.seconds(time)), ("from", String(from)), ("to", String(to)), ("seconds", Self.seconds(took)),
        ("reason", Escaping.json(reason)),
      ])
      isChange = true
    case .problem(let message):
      text = "no sample or no change: \(message)"
      json = Self.object([("problem", Escaping.json(message))])
      isChange = false
    }
  }

  private static func seconds(_ duration: Duration) -> String {
    String((duration / .seconds(1) * 10).rounded() / 10)
  }

  private static func object(_ fields: [(String, String)]) -> String {
    "{" + fields.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
  }
}
