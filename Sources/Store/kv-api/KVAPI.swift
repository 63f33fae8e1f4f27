import ArgumentParser

/// `kv-api`: the store's HTTP interface.
@main
struct KVAPI: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kv-api",
    abstract: "The HTTP interface of the replicated key-value store.",
    discussion:
      "Settings come from the environment: KV_AMQP_*, KV_SQL_*, KV_REDIS_*, KV_HTTP_PORT, KV_API_TOKEN, KV_LOG_LEVEL.",
    subcommands: [Serve.self, HealthCheck.self, Metrics.self],
    defaultSubcommand: Serve.self)
}
