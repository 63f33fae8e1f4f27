/// The port for the removal of operation records. After an error the effect is unknown; every call may be repeated.
///
/// The age of a record is the number of epochs that have ended since it was made. An epoch is a counter in the table;
/// it contains no time.
public protocol OperationRecords: Sendable {
  /// The epoch that records are made in now.
  func epoch(timeout: Duration) async throws(TableUnavailable) -> Int64
  /// Ends the epoch; false if it is no longer the current one, because another worker has ended it.
  func end(epoch: Int64, timeout: Duration) async throws(TableUnavailable) -> Bool
  /// Removes the oldest records that were made before `epoch`, at most `limit`, and returns how many it removed.
  func remove(before epoch: Int64, limit: Int, timeout: Duration) async throws(TableUnavailable) -> Int
}
