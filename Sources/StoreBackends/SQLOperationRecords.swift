import KeyValueStore
import SQLClient

/// The records of applied operations on the SQL tier, as far as their removal goes.
struct SQLOperationRecords: OperationRecords {
  private static let task = "prune-operations"

  let pool: SQLPool

  func takeTurn(for interval: Duration, timeout: Duration) async throws(TableUnavailable) -> Bool {
    // One row, updated by whoever comes first: the others find that it is not due.
    let result = try await run(
      SQLStatement(
        """
        UPDATE maintenance SET due_at = now() + $2 * INTERVAL '1 second' WHERE task = $1 AND due_at <= now()
        RETURNING task
        """, [.text(Self.task), .integer(interval.components.seconds)]), timeout)
    return !result.rows.isEmpty
  }

  func remove(olderThan age: Duration, limit: Int, timeout: Duration) async throws(TableUnavailable) -> Int {
    let result = try await run(
      SQLStatement(
        """
        DELETE FROM operations WHERE operation IN (
          SELECT operation FROM operations WHERE applied_at < now() - $1 * INTERVAL '1 second'
          ORDER BY applied_at LIMIT $2)
        """, [.integer(age.components.seconds), .integer(Int64(limit))]), timeout)
    return result.tag.split(separator: " ").last.flatMap { Int($0) } ?? 0
  }

  private func run(_ statement: SQLStatement, _ timeout: Duration) async throws(TableUnavailable) -> SQLResult {
    let deadline = ContinuousClock.now + timeout
    do throws(SQLError) {
      return try await pool.withConnection(until: deadline) { connection throws(SQLError) in
        try await connection.run([statement], commits: true, deadline: deadline)[0]
      }
    } catch {
      throw TableUnavailable(error.description)
    }
  }
}
