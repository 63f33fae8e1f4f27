import ChaosPlan
import Technologies

extension Stack {
  /// What runs as each tier of the store.
  static func technologies(_ flavour: SQLFlavour) -> [(Tier, any Technology)] {
    let sql: any Technology = flavour == .patroni ? Patroni() : CockroachDB(table: "entries")
    return [
      (.proxy, Generic()), (.api, Generic()),
      (.worker, RabbitMQConsumers(of: .rabbitmq, queues: commandQueuePrefix)),
      (.redis, RedisCluster(password: "KV_REDIS_PASSWORD")),
      (.rabbitmq, RabbitMQ(user: "KV_RABBITMQ_USER", password: "KV_RABBITMQ_PASSWORD", queues: commandQueuePrefix)),
      (.sql, sql), (.etcd, Etcd()),
    ]
  }
}
