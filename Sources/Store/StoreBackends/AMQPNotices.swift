import AMQPClient
import Logging

extension Logger {
  /// Logs the events of an AMQP connection.
  public func record(_ notice: AMQPConnection.Notice, role: String) {
    let metadata: Logger.Metadata = ["role": .string(role)]
    switch notice {
    case .connected(let host):
      info("connected to RabbitMQ", metadata: metadata.merging(["host": .string(host)]) { $1 })
    case .lost(let reason):
      warning("lost the connection to RabbitMQ", metadata: metadata.merging(["reason": .string(reason)]) { $1 })
    case .cannotConnect(let reason):
      warning("cannot connect to RabbitMQ", metadata: metadata.merging(["reason": .string(reason)]) { $1 })
    case .channelProblem(let queue, let reason):
      warning(
        "a subscription was refused",
        metadata: metadata.merging(["queue": .string(queue), "reason": .string(reason)]) { $1 })
    case .blocked(let reason):
      warning("RabbitMQ takes no messages", metadata: metadata.merging(["reason": .string(reason)]) { $1 })
    case .unblocked:
      info("RabbitMQ takes messages again", metadata: metadata)
    }
  }
}
