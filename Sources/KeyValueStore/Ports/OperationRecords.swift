/// The port to the records of operations, as far as their removal goes. An effect that is not known may have happened;
/// every one may be tried again.
///
/// Records are as old as the epochs that have ended since they were made. An epoch is a number that the table keeps and
/// that goes up by one; it tells no time.
public protocol OperationRecords: Sendable {
  /// The epoch that records are made in now.
  func epoch(timeout: Duration) async throws(TableUnavailable) -> Int64
  /// Ends the epoch; false when it is not the current one any more: another worker has ended it.
  func end(epoch: Int64, timeout: Duration) async throws(TableUnavailable) -> Bool
  /// Removes the oldest records, `limit` at most, of those that were made before `epoch`. How many it removed.
  func remove(before epoch: Int64, limit: Int, timeout: Duration) async throws(TableUnavailable) -> Int
}
