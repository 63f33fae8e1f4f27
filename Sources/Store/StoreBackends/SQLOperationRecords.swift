import KeyValueStore
import SQLClient

/// Removes records of applied operations from the SQL tier. No statement reads the tier's clock.
struct SQLOperationRecords: OperationRecords {
  /// The row of `maintenance` that keeps the epoch.
  static let task = "prune-operations"

  /// The epoch as a transaction sees it, in which its records are made.
  static let currentEpoch = "SELECT epoch FROM maintenance WHERE task = '\(task)'"

  let pool: SQLPool

  func epoch(timeout: Duration) async throws(TableUnavailable) -> Int64 {
    let result = try await run(SQLStatement(Self.currentEpoch), commits: false, timeout)
    guard let epoch = result.rows.first.flatMap({ SQLResult.integer($0.first ?? nil) }) else {
      throw TableUnavailable("the table of epochs has another shape")
    }
    return epoch
  }

  func end(epoch: Int64, timeout: Duration) async throws(TableUnavailable) -> Bool {
    // One row: the first worker changes it, and the others then find another epoch.
    let result = try await run(
      SQLStatement(
        "UPDATE maintenance SET epoch = epoch + 1 WHERE task = $1 AND epoch = $2 RETURNING task",
        [.text(Self.task), .integer(epoch)]), commits: true, timeout)
    return !result.rows.isEmpty
  }

  func remove(before epoch: Int64, limit: Int, timeout: Duration) async throws(TableUnavailable) -> Int {
    let result = try await run(
      SQLStatement(
        """
        DELETE FROM operations WHERE operation IN (
          SELECT operation FROM operations WHERE epoch < $1 ORDER BY epoch LIMIT $2)
        """, [.integer(epoch), .integer(Int64(limit))]), commits: true, timeout)
    return result.tag.split(separator: " ").last.flatMap { Int($0) } ?? 0
  }

  private func run(
    _ statement: SQLStatement, commits: Bool, _ timeout: Duration
  ) async throws(TableUnavailable) -> SQLResult {
    let deadline = ContinuousClock.now + timeout
    do throws(SQLError) {
      return try await pool.withConnection(until: deadline) { connection throws(SQLError) in
        try await connection.run([statement], commits: commits, deadline: deadline)[0]
      }
    } catch {
      throw TableUnavailable(error.description)
    }
  }
}
