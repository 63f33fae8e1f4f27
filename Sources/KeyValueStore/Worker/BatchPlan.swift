/// What one transaction must write for a batch, worked out from what the table already has. Pure.
///
/// This is where "each exactly once, in queue order" is decided: a command whose operation is recorded, or stands
/// earlier in the same batch, changes nothing.
public struct BatchPlan: Sendable, Hashable {
  /// The operation records to insert.
  public let operations: [OperationRecord]
  /// The last state of every key that changes, in the order of the keys' first change.
  public let rows: [Row]
  /// One a command, in order.
  public let results: [AppliedCommand]

  /// Plans `commands` on top of `recorded` (every record of these operations that exists) and `versions` (of every key
  /// of these commands that was ever written).
  public init(commands: [Command], recorded: [OperationID: OperationRecord], versions: [Key: Int64]) {
    var records = recorded
    var current = versions
    var operations: [OperationRecord] = []
    var changed: [Key: Int] = [:]
    var rows: [Row] = []
    var results: [AppliedCommand] = []
    for command in commands {
      if let record = records[command.operation] {
        let disposition: AppliedCommand.Disposition = record.key == command.key ? .duplicate : .conflict
        results.append(AppliedCommand(command: command, version: record.version, disposition: disposition))
        continue
      }
      let version = current[command.key, default: 0] + 1
      current[command.key] = version
      let record = OperationRecord(operation: command.operation, key: command.key, version: version)
      records[command.operation] = record
      operations.append(record)
      let row = Row(key: command.key, value: command.value, version: version, operation: command.operation)
      if let index = changed[command.key] {
        rows[index] = row
      } else {
        changed[command.key] = rows.count
        rows.append(row)
      }
      results.append(AppliedCommand(command: command, version: version, disposition: .applied))
    }
    self.operations = operations
    self.rows = rows
    self.results = results
  }
}
