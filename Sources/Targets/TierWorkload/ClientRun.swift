import ChaosPlan
import History
import NIOCore
import Synchronization
import Workload

/// The clients of one container: each performs the operations of its generator, one at a time, and records them.
public final class ClientRun: Sendable {
  /// Which clients, and how fast.
  public struct Terms: Sendable, Hashable {
    public var clients: Int
    /// The first client's process number; client c begins as `firstProcess + c`, and is that client in the generators,
    /// too.
    public var firstProcess: Int
    /// What is added to a process number after an unknown outcome.
    public var stride: Int
    /// From one operation's beginning to the next, for each client; one that fell behind does not catch up.
    public var interval: Duration

    public init(clients: Int, firstProcess: Int, stride: Int, interval: Duration) {
      self.clients = clients
      self.firstProcess = firstProcess
      self.stride = stride
      self.interval = interval
    }
  }

  /// After an operation that was not ok, so that a tier that is down is not hammered.
  private static let pause = Duration.milliseconds(60)

  private let settings: ClientSettings
  private let terms: Terms
  private let sink: EventSink
  private let loop: any EventLoop
  private let isStopping = Atomic(false)

  public init(_ settings: ClientSettings, _ terms: Terms, sink: EventSink, loop: any EventLoop) {
    self.settings = settings
    self.terms = terms
    self.sink = sink
    self.loop = loop
  }

  /// No client begins another operation.
  public func stop() { isStopping.store(true, ordering: .relaxed) }

  /// Runs until `stop`; the operations that are open then are waited for.
  public func run() async {
    await withTaskGroup(of: Void.self) { group in
      for client in 0..<terms.clients { group.addTask { await self.run(client: client) } }
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

  private func run(client number: Int) async {
    let clock = ContinuousClock()
    let identity = terms.firstProcess + number
    let client = Self.client(settings, number: identity, loop: loop)
    var generator = TierGenerator(
      workload: settings.workload, client: identity, keys: settings.keys, seed: settings.seed)
    var recorder = TierRecorder(sink: sink, process: identity, stride: terms.stride)
    await client.warmUp()
    var next = clock.now + terms.interval * (Double(number) / Double(max(1, terms.clients)))
    while !isStopping.load(ordering: .relaxed) {
      try? await clock.sleep(until: next, tolerance: .milliseconds(1))
      if isStopping.load(ordering: .relaxed) { break }
      next = max(next + terms.interval, clock.now)
      let outcome = await recorder.perform(generator.next(), by: client)
      if outcome != .ok { next = max(next, clock.now + Self.pause) }
    }
    await client.close()
  }
}

/// Performs operations of one client and records each: the invocation before it is sent, the completion when it is
/// known.
public struct TierRecorder: Sendable {
  private let sink: EventSink
  private let stride: Int
  private let level: String?
  /// Replaced by the next one where an outcome is unknown: the operation may still act.
  public private(set) var process: Int

  public init(sink: EventSink, process: Int, stride: Int, level: String? = nil) {
    self.sink = sink
    self.process = process
    self.stride = stride
    self.level = level
  }

  public mutating func perform(_ operation: TierOperation, by client: any TierClient) async -> Outcome {
    await perform(operation) { await client.perform(operation) }.outcome
  }

  public mutating func perform(
    _ operation: TierOperation, _ body: () async -> Completion
  ) async -> Completion {
    append(operation, .invoke, value: operation.value)
    let completion = await body()
    append(
      operation, completion.outcome.eventKind, value: completion.value ?? operation.value, version: completion.version,
      error: completion.error)
    if completion.outcome == .unknown { process += stride }
    return completion
  }

  private func append(
    _ operation: TierOperation, _ kind: Event.Kind, value: Value, version: Int64? = nil, error: String? = nil
  ) {
    sink.append(
      Event(
        index: 0, timeNanoseconds: 0, process: .client(process), kind: kind, function: operation.function,
        key: operation.key, value: value, version: version, error: error, level: level))
  }
}
