import ChaosPlan
import HTTPClient
import History
import Randomness
import Synchronization

/// The clients of a run: seeded, concurrent, every operation recorded.
public final class Traffic: Sendable {
  private let settings: WorkloadSettings
  private let seed: UInt64
  private let namespace: String
  private let recorder: Recorder
  private let isStopping = Atomic(false)

  public init(settings: WorkloadSettings, seed: UInt64, namespace: String, recorder: Recorder) {
    self.settings = settings
    self.seed = seed
    self.namespace = namespace
    self.recorder = recorder
  }

  /// No client begins another operation; `run` returns when the open ones have ended.
  public func stop() {
    isStopping.store(true, ordering: .relaxed)
  }

  /// Runs all clients until `stop`, or until the task is cancelled (open operations then end in unknown).
  public func run() async {
    await withTaskGroup(of: Void.self) { group in
      for client in 0..<settings.clients {
        group.addTask { await self.run(client: client) }
      }
    }
  }

  private var isEnding: Bool { isStopping.load(ordering: .relaxed) || Task.isCancelled }

  private func run(client: Int) async {
    let clock = ContinuousClock()
    var generator = RegisterGenerator(settings: settings, client: client, seed: seed, namespace: namespace)
    // Pauses draw from a stream of their own, so that answers do not change what is sent.
    var random = SplitMix64(seed: seed, stream: .pauses(client: client))
    var backoff = Backoff()
    var process = client
    let period = settings.ratePerSecond.map { Duration.seconds(Double(settings.clients) / $0) }
    var next = clock.now + (period ?? .zero) * random.unit()
    while !isEnding {
      if let period {
        try? await clock.sleep(until: next, tolerance: .milliseconds(2))
        // A client that fell behind does not catch up: that would be a burst just when the store has come back.
        next = max(next + period, clock.now)
        if isEnding { return }
      }
      let completion = await recorder.perform(generator.next(), process: &process)
      if let pause = backoff.pause(after: completion.outcome, random: &random) {
        try? await clock.sleep(for: pause)
      }
    }
  }
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
