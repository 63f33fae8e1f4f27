import AMQPClient
import ChaosPlan
import Workload

/// A queue of the ledger's own, used with publisher confirms and consumer acknowledgements.
public struct AMQPTierClient: TierClient {
  private let settings: ClientSettings
  private let options: AMQPOptions
  private let session: AMQPSession

  /// - Parameter client: spreads the clients over the brokers.
  public init(_ settings: ClientSettings, client: Int) {
    self.settings = settings
    var options = AMQPOptions(
      hosts: settings.nodes, user: settings.user,
      password: settings.password, connectionName: "kv-client \(client)")
    options.connectTimeoutMilliseconds = 1_000
    self.options = options
    session = AMQPSession(options: options, firstHost: client)
  }

  private var queue: String { "kv.cap.\(settings.namespace)" }

  /// Declared at the first node, which then holds or leads it.
  public func prepare() async throws {
    try await AMQPAdministration.delete(queues: [queue], options: atFirstNode)
    var arguments = [AMQPArgument("x-queue-leader-locator", .text("client-local"))]
    if settings.variant == .classicQueue {
      arguments.append(AMQPArgument("x-queue-type", .text("classic")))
    } else {
      // As in the store's queues, there is no limit of redeliveries.
      arguments += [AMQPArgument("x-queue-type", .text("quorum")), AMQPArgument("x-delivery-limit", .integer(-1))]
    }
    try await AMQPAdministration.declare(queues: [queue], arguments: arguments, options: atFirstNode)
  }

  public func cleanUp() async throws { try await AMQPAdministration.delete(queues: [queue], options: options) }

  public func warmUp() async {
    // Nothing is taken: an acknowledgement is of all messages up to the one that it names.
    await session.connect()
  }

  public func perform(_ operation: TierOperation) async -> Completion {
    let deadline = ContinuousClock.now + settings.timeout
    switch operation {
    case .enqueue(let value):
      return AMQPOutcome.of(
        await session.publish(AMQPMessage(queue: queue, body: Array(value.utf8)), deadline: deadline))
    case .dequeue:
      let outcome = await session.get(queue: queue, deadline: deadline)
      if case .message(let delivery) = outcome { await session.acknowledge(delivery.tag) }
      return AMQPOutcome.of(outcome)
    case .put, .get, .add, .readAll, .transfer, .readBalances: return .impossible(operation)
    }
  }

  public func close() async { await session.close() }

  private var atFirstNode: AMQPOptions {
    var options = options
    options.hosts = Array(options.hosts.prefix(1))
    // Creating a quorum queue takes an election.
    options.connectTimeoutMilliseconds = 8_000
    return options
  }
}
