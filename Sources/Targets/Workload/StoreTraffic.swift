import ChaosPlan
import History
import Randomness

extension Traffic {
  /// The clients of a plan's run against the store: seeded, every operation recorded.
  public convenience init(settings: WorkloadSettings, seed: UInt64, namespace: String, recorder: Recorder) {
    self.init(
      clients: settings.clients, period: settings.ratePerSecond.map { .seconds(Double(settings.clients) / $0) }
    ) { number in
      StoreTrafficClient(
        generator: RegisterGenerator(settings: settings, client: number, seed: seed, namespace: namespace),
        random: SplitMix64(seed: seed, stream: .pauses(client: number)), recorder: recorder, process: number)
    }
  }
}

/// A client of the store with the operations of its generator.
private struct StoreTrafficClient: TrafficClient {
  let offset: Double
  private let recorder: Recorder
  private var generator: RegisterGenerator
  /// Pauses draw from a stream of their own, so that answers do not change what is sent.
  private var random: SplitMix64
  private var backoff = Backoff()
  private var process: Int

  init(generator: RegisterGenerator, random: SplitMix64, recorder: Recorder, process: Int) {
    self.generator = generator
    self.random = random
    self.recorder = recorder
    self.process = process
    offset = self.random.unit()
  }

  func begin() async {}
  func end() async {}

  mutating func performNext() async -> Outcome {
    await recorder.perform(generator.next(), process: &process).outcome
  }

  mutating func pause(after outcome: Outcome) -> Duration? { backoff.pause(after: outcome, random: &random) }
}

/// How long a client waits after an operation that was not ok, so that a dead store is not hammered.
struct Backoff: Sendable {
  private static let first = Duration.milliseconds(25)
  private static let limit = Duration.milliseconds(400)
  private var next = Backoff.first

  /// `nil` after ok. Else doubled each time up to the limit, and a random half of it left out, so that clients spread.
  mutating func pause(after outcome: Outcome, random: inout SplitMix64) -> Duration? {
    guard outcome != .ok else {
      next = Self.first
      return nil
    }
    defer { next = min(next * 2, Self.limit) }
    return next * (0.5 + 0.5 * random.unit())
  }
}
