/// What one transaction must write for a batch, derived from the current state of the table. Pure.
///
/// This code ensures "each exactly once, in queue order". A command changes nothing if its operation is recorded or
/// occurs earlier in the same batch, or if it is another write under a known operation id. A command whose condition
/// does not hold changes nothing either. It is recorded as refused, so that it stays refused when it is delivered
/// again.
public struct BatchPlan: Sendable, Hashable {
  /// The operation records to insert.
  public let operations: [OperationRecord]
  /// The last state of every key that changes, in the order of the keys' first change.
  public let rows: [Row]
  /// One a command, in order.
  public let results: [AppliedCommand]

  /// Plans `commands` on top of `recorded` (every record of these operations that exists) and `states` (of every key of
  /// these commands that was ever written).
  public init(commands: [Command], recorded: [OperationID: OperationRecord], states: [Key: KeyState]) {
    var records = recorded
    var current = states
    var operations: [OperationRecord] = []
    var changed: [Key: Int] = [:]
    var rows: [Row] = []
    var results: [AppliedCommand] = []
    for command in commands {
      if let record = records[command.operation] {
        results.append(AppliedCommand(command, foundRecorded: record))
        continue
      }
      let state = current[command.key]
      if let condition = command.condition, !condition.holds(of: state) {
        let record = OperationRecord(of: command, version: state?.version ?? 0, isApplied: false)
        records[command.operation] = record
        operations.append(record)
        results.append(AppliedCommand(command: command, version: record.version, disposition: .refused))
        continue
      }
      let version = (state?.version ?? 0) + 1
      current[command.key] = KeyState(version: version, isPresent: command.value != nil)
      let record = OperationRecord(of: command, version: version)
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

extension AppliedCommand {
  /// Classifies a command whose operation id has a record.
  fileprivate init(_ command: Command, foundRecorded record: OperationRecord) {
    let disposition: Disposition =
      if !record.isRecord(of: command) { .conflict } else if record.isApplied { .duplicate } else { .refused }
    self.init(command: command, version: record.version, disposition: disposition)
  }
}
