import KeyValueStore
import SQLClient

/// Runs reads on the SQL tier, with retries until their deadline: a read has no effect, so every failure may be
/// retried, within the retry budget.
struct SQLReader: Sendable {
  private let pool: SQLPool
  private let metrics: BackendMetrics
  private let retries = RetryBudget(clock: ContinuousClock())

  init(pool: SQLPool, metrics: BackendMetrics) {
    self.pool = pool
    self.metrics = metrics
  }

  /// - Parameter barrier: sent after the SELECT, in the same transaction.
  func run(
    _ select: SQLStatement, barrier: SQLStatement?, deadline: ContinuousClock.Instant
  ) async throws(SQLError) -> SQLResult {
    var pause: Duration = .milliseconds(20)
    retries.deposit()
    while true {
      metrics.sqlQueries.add()
      do {
        let results = try await pool.withConnection(until: deadline) { connection throws(SQLError) in
          // With a barrier the transaction writes: a warning at its end (no standby acknowledged) makes it fail.
          try await connection.run([select] + (barrier.map { [$0] } ?? []), commits: barrier != nil, deadline: deadline)
        }
        return results[0]
      } catch {
        guard error.effect != .none, ContinuousClock.now + pause < deadline, retries.withdraw() else { throw error }
        try? await Task.sleep(for: pause * Double.random(in: 0.5...1.5))
        pause = min(pause * 2, .milliseconds(400))
      }
    }
  }
}
