import ArgumentParser

/// `kv-worker`: applies queued commands to the table.
@main
struct KVWorker: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kv-worker",
    abstract: "Applies the queued commands of the replicated key-value store to its table and cache.",
    discussion:
      "Settings come from the environment: KV_AMQP_*, KV_SQL_*, KV_REDIS_*, KV_PARTITIONS, KV_METRICS_PORT, KV_LOG_LEVEL.",
    subcommands: [Run.self, Migrate.self, HealthCheck.self, Metrics.self, BrokerBench.self],
    defaultSubcommand: Run.self)
}
