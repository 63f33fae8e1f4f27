import History
import Synchronization

/// One client of the traffic. It has at most one operation in progress.
public protocol TrafficClient: Sendable {
  /// The share of the period before its first operation, 0..<1.
  var offset: Double { get }
  /// Connects, so that the first operations do not include it.
  mutating func begin() async
  /// Performs its next operation and records it.
  mutating func performNext() async -> Outcome
  /// How long it waits after an operation, so that what is down is not hammered; `nil` after ok.
  mutating func pause(after outcome: Outcome) -> Duration?
  /// Disconnects cleanly.
  mutating func end() async
}

/// Concurrent clients, each of which performs its operations one at a time until they are told to stop.
public final class Traffic: Sendable {
  private let clients: Int
  private let period: Duration?
  private let client: @Sendable (Int) -> any TrafficClient
  private let isStopping = Atomic(false)

  /// - Parameters:
  ///   - period: from the start of one operation to the next, for each client; `nil`: none waits.
  ///   - client: makes the client of a number, 0..<clients.
  public init(clients: Int, period: Duration?, client: @escaping @Sendable (Int) -> any TrafficClient) {
    self.clients = clients
    self.period = period
    self.client = client
  }

  /// No client starts another operation; `run` returns when the open ones have ended.
  public func stop() {
    isStopping.store(true, ordering: .relaxed)
  }

  /// Runs all clients until `stop`, or until the task is cancelled (open operations then end in unknown).
  public func run() async {
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<clients {
        group.addTask { await self.run(number) }
      }
    }
  }

  private var isEnding: Bool { isStopping.load(ordering: .relaxed) || Task.isCancelled }

  private func run(_ number: Int) async {
    let clock = ContinuousClock()
    var client = self.client(number)
    await client.begin()
    var pace = Pace(period: period, offset: client.offset, from: clock.now)
    while !isEnding {
      if pace.next > clock.now {
        try? await clock.sleep(until: pace.next, tolerance: .milliseconds(2))
        if isEnding { break }
      }
      pace.begin(at: clock.now)
      let outcome = await client.performNext()
      if let pause = client.pause(after: outcome) { pace.pause(for: pause, from: clock.now) }
    }
    await client.end()
  }
}
