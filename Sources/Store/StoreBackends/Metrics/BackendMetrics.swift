import ServiceMetrics

/// Metrics of the clients of the cache, the table and the command log, in both services.
public final class BackendMetrics: Sendable {
  public let registry: MetricsRegistry

  let cacheHits: Counter
  let cachePending: Counter
  let cacheMisses: Counter
  let cacheReadsUnavailable: Counter
  let cacheWritesStored: Counter
  let cacheWritesOlder: Counter
  let cacheWritesUnavailable: Counter
  let announcementsStored: Counter
  let announcementsUnavailable: Counter

  let sqlReadsPlain: Counter
  let sqlReadsLinearizable: Counter
  let sqlReadsOperation: Counter
  let sqlReadsList: Counter
  let sqlQueries: Counter
  let sqlReadsUnavailable: Counter

  /// - Parameter registry: nil publishes nothing, for tests.
  public init(_ registry: MetricsRegistry? = nil) {
    let registry = registry ?? MetricsRegistry()
    self.registry = registry
    let cacheReads = (
      "kv_cache_reads_total",
      "Reads of the cache by result; pending: a write that may not be in the table yet; unavailable: Redis gave no answer."
    )
    cacheHits = registry.counter(cacheReads.0, cacheReads.1, [("result", "hit")])
    cachePending = registry.counter(cacheReads.0, cacheReads.1, [("result", "pending")])
    cacheMisses = registry.counter(cacheReads.0, cacheReads.1, [("result", "miss")])
    cacheReadsUnavailable = registry.counter(cacheReads.0, cacheReads.1, [("result", "unavailable")])
    let cacheWrites = ("kv_cache_writes_total", "Rows sent to the cache by result; older: the cache had a newer one.")
    cacheWritesStored = registry.counter(cacheWrites.0, cacheWrites.1, [("result", "stored")])
    cacheWritesOlder = registry.counter(cacheWrites.0, cacheWrites.1, [("result", "older")])
    cacheWritesUnavailable = registry.counter(cacheWrites.0, cacheWrites.1, [("result", "unavailable")])
    let announcements = (
      "kv_cache_announcements_total",
      "Acknowledged writes stored in the cache as pending, before they are applied, by result."
    )
    announcementsStored = registry.counter(announcements.0, announcements.1, [("result", "stored")])
    announcementsUnavailable = registry.counter(announcements.0, announcements.1, [("result", "unavailable")])
    let reads = ("kv_sql_reads_total", "Reads asked of the SQL tier, by kind. Several share a query.")
    sqlReadsPlain = registry.counter(reads.0, reads.1, [("kind", "plain")])
    sqlReadsLinearizable = registry.counter(reads.0, reads.1, [("kind", "linearizable")])
    sqlReadsList = registry.counter(reads.0, reads.1, [("kind", "list")])
    sqlReadsOperation = registry.counter(reads.0, reads.1, [("kind", "operation")])
    sqlQueries = registry.counter("kv_sql_queries_total", "Queries sent to the SQL tier for reads, retries included.")
    sqlReadsUnavailable = registry.counter(
      "kv_sql_reads_unavailable_total", "Reads that the SQL tier did not answer in time.")
  }
}
