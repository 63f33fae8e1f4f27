/// The port to the records of operations, as far as their removal goes. An effect that is not known may have happened;
/// every one may be tried again.
public protocol OperationRecords: Sendable {
  /// Takes the turn to remove records, and keeps it for so long; false when it is not due or another worker has it.
  func takeTurn(for interval: Duration, timeout: Duration) async throws(TableUnavailable) -> Bool
  /// Removes the oldest records, `limit` at most, of those that are older than `age`. How many it removed.
  func remove(olderThan age: Duration, limit: Int, timeout: Duration) async throws(TableUnavailable) -> Int
}
