import ChaosPlan
import History
import NIOCore
import Workload

/// The clients of one container: each performs the operations of its generator, one at a time, and records them.
public enum ClientRun {
  /// Which clients, and how fast.
  public struct Terms: Sendable, Hashable {
    public var clients: Int
    /// The first client's process number; client c begins as `firstProcess + c`, and is that client in the generators,
    /// too.
    public var firstProcess: Int
    /// What is added to a process number after an unknown outcome.
    public var stride: Int
    /// From the start of one operation to the next, for each client; a client that falls behind does not catch up.
    public var interval: Duration

    public init(clients: Int, firstProcess: Int, stride: Int, interval: Duration) {
      self.clients = clients
      self.firstProcess = firstProcess
      self.stride = stride
      self.interval = interval
    }
  }

  public static func traffic(
    _ settings: ClientSettings, _ terms: Terms, sink: any HistorySink, loop: any EventLoop
  ) -> Traffic {
    Traffic(clients: terms.clients, period: terms.interval) { number in
      let identity = terms.firstProcess + number
      return TierTrafficClient(
        offset: Double(number) / Double(max(1, terms.clients)),
        client: ClientRun.client(settings, number: identity, loop: loop),
        generator: TierGenerator(
          workload: settings.workload, client: identity, keys: settings.keys, seed: settings.seed),
        recorded: RecordedClient(sink: sink, process: identity, stride: terms.stride))
    }
  }

  public static func client(_ settings: ClientSettings, number: Int, loop: any EventLoop) -> any TierClient {
    switch settings.tier {
    case .redis: RedisTierClient(settings, loop: loop)
    case .rabbitmq: AMQPTierClient(settings, client: number)
    case .sql: SQLTierClient(settings, client: number)
    case .store: StoreTierClient(settings, client: number)
    }
  }
}

/// A client of a tier with the operations of its generator.
private struct TierTrafficClient: TrafficClient {
  /// The pause after an operation that was not ok, so that a tier that is down is not hammered.
  private static let pause = Duration.milliseconds(60)

  let offset: Double
  let client: any TierClient
  var generator: TierGenerator
  var recorded: RecordedClient

  func begin() async { await client.warmUp() }
  func end() async { await client.close() }

  mutating func performNext() async -> Outcome {
    let operation = generator.next()
    return await recorded.perform(operation) { [client] in await client.perform(operation) }.outcome
  }

  func pause(after outcome: Outcome) -> Duration? { outcome == .ok ? nil : Self.pause }
}
