import ChaosPlan
import Foundation

/// RabbitMQ with quorum queues: the broker that leads most of them leads the tier.
package struct RabbitMQ: Technology {
  package static let name = "rabbitmq"
  package static let roles = [TierRole(.leader, .one), TierRole(.follower, .allButOne)]

  /// The port of its management API in its container.
  private static let managementPort = 15_672

  /// The names of the secrets.
  private let user: String
  private let password: String
  /// How the names of the queues begin that count.
  private let queues: String

  package init(_ settings: MappingReader) {
    user = settings.requiredSecret("user") ?? ""
    password = settings.requiredSecret("password") ?? ""
    queues = settings.text("queues", hint: queuesHint) ?? ""
  }

  package func roles(of tier: Tier, leading _: String?, asking port: any NodePort) async -> NodeRoles {
    let brokers = port.running(tier)
    guard let user = port.secret(user), let password = port.secret(password) else { return [:] }
    let authorization = "Basic \(Data("\(user):\(password)".utf8).base64EncodedString())"
    for broker in brokers {
      if let found = await port.value(
        [RabbitMQTopology.Queue].self, at: RabbitMQTopology.replicasPath, port: Self.managementPort, of: broker,
        authorization: authorization)
      {
        return RabbitMQTopology.roles(brokers: brokers.map(\.name), queues: found, prefix: queues)
      }
    }
    return [:]
  }
}

/// What a target file says of the queues that count.
let queuesHint = "how the names of the queues begin that count, like `orders.`"
