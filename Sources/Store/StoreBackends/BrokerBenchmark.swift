import AMQPClient
import Synchronization

/// Measures how many persistent messages a second the brokers confirm on their own, from one connection to a quorum
/// queue with three replicas. This is the baseline for the rate of writes.
public struct BrokerBenchmark: Sendable {
  /// One measurement.
  public struct Rate: Sendable, Hashable {
    /// Messages that were unconfirmed at any time.
    public var outstanding: Int
    /// The size of each message's body.
    public var bytes: Int
    public var messages: Int
    public var seconds: Double
    public var perSecond: Double
  }

  private static let bytes = 200
  private static let confirmLimit = Duration.seconds(10)
  private static let connectLimit = Duration.seconds(10)

  private let configuration: Configuration

  public init(configuration: Configuration) {
    self.configuration = configuration
  }

  /// Measures for this time, on a temporary queue. Throws `AMQPError`, also if a message is not confirmed: a rate with
  /// losses would be meaningless.
  public func run(outstanding: Int, duration: Duration) async throws -> Rate {
    let options = configuration.amqpOptions(role: "benchmark")
    let queue = "kv.benchmark.\(configuration.instance).\(outstanding)"
    try await AMQPAdministration.declare(
      queues: [queue],
      arguments: [
        AMQPArgument("x-queue-type", .text("quorum")), AMQPArgument("x-queue-leader-locator", .text("balanced")),
        // If this process is killed, the broker deletes the queue by itself.
        AMQPArgument("x-expires", .integer(60_000)),
      ], options: options)
    let connection = AMQPConnection(options: options) { _ in }
    do {
      let rate = try await measure(connection, queue, outstanding, duration)
      await connection.close()
      try await AMQPAdministration.delete(queues: [queue], options: options)
      return rate
    } catch {
      await connection.close()
      try? await AMQPAdministration.delete(queues: [queue], options: options)
      throw error
    }
  }

  private func measure(
    _ connection: AMQPConnection, _ queue: String, _ outstanding: Int, _ duration: Duration
  ) async throws -> Rate {
    let giveUp = ContinuousClock.now + Self.connectLimit
    while !connection.isReady {
      guard ContinuousClock.now < giveUp else { throw AMQPError(.cannotConnect, "no broker took the connection") }
      try await Task.sleep(for: .milliseconds(20))
    }
    let start = ContinuousClock.now
    let tally = await withCheckedContinuation { continuation in
      let lanes = Lanes(
        connection: connection, message: AMQPMessage(queue: queue, body: Array(repeating: 120, count: Self.bytes)),
        end: start + duration, lanes: outstanding, continuation: continuation)
      for _ in 0..<outstanding { lanes.publish() }
    }
    if let problem = tally.problem { throw AMQPError(.refused, "a message was not confirmed: \(problem)") }
    let seconds = start.duration(to: tally.lastConfirmed) / .seconds(1)
    return Rate(
      outstanding: outstanding, bytes: Self.bytes, messages: tally.confirmed, seconds: seconds,
      perSecond: Double(tally.confirmed) / seconds)
  }

  private struct Tally: Sendable {
    var confirmed = 0
    var lastConfirmed = ContinuousClock.now
    var problem: String?
    var lanes: Int
  }

  /// Each lane publishes its next message when its last one is confirmed.
  private final class Lanes: Sendable {
    private let connection: AMQPConnection
    private let message: AMQPMessage
    private let end: ContinuousClock.Instant
    private let tally: Mutex<Tally>
    private let continuation: CheckedContinuation<Tally, Never>

    init(
      connection: AMQPConnection, message: AMQPMessage, end: ContinuousClock.Instant, lanes: Int,
      continuation: CheckedContinuation<Tally, Never>
    ) {
      self.connection = connection
      self.message = message
      self.end = end
      tally = Mutex(Tally(lanes: lanes))
      self.continuation = continuation
    }

    func publish() {
      connection.publish(message, deadline: .now + BrokerBenchmark.confirmLimit) { [self] outcome in
        let now = ContinuousClock.now
        let (goesOn, finished): (Bool, Tally?) = tally.withLock { tally in
          switch outcome {
          case .confirmed:
            tally.confirmed += 1
            tally.lastConfirmed = now
          case .notSent(let reason), .refused(let reason), .unknown(let reason):
            tally.problem = tally.problem ?? reason
          }
          if now < end, tally.problem == nil { return (true, nil) }
          tally.lanes -= 1
          return (false, tally.lanes == 0 ? tally : nil)
        }
        if goesOn { publish() }
        if let finished { continuation.resume(returning: finished) }
      }
    }
  }
}
