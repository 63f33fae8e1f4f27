/// The port to the durable table (the SQL tier).
public protocol Table: Sendable {
  /// Applies commands in their order in one transaction, each operation at most once, ever.
  func apply(_ commands: [Command], timeout: Duration) async -> ApplyOutcome
  /// A key's row; `nil` when the key was never written.
  func read(_ key: Key, consistency: ReadConsistency, timeout: Duration) async throws(TableUnavailable) -> Row?
  /// The first `limit` keys of the range that have a value, in the order of their bytes.
  func keys(in range: KeyRange, limit: Int, timeout: Duration) async throws(TableUnavailable) -> [Key]
  /// The record of an operation, read linearizably; `nil` when it is not applied.
  func operation(_ operation: OperationID, timeout: Duration) async throws(TableUnavailable) -> OperationRecord?
}

/// How fresh a table read must be.
public enum ReadConsistency: Sendable, Hashable {
  /// The state of the node that answers, which may be a deposed leader.
  case plain
  /// A read that a deposed leader cannot answer.
  case linearizable
}

/// The outcome of a batch.
public enum ApplyOutcome: Sendable, Hashable {
  /// Committed; one result for each command, in order.
  case committed([AppliedCommand])
  /// Certainly rolled back.
  case notApplied(reason: String)
  /// The commit may or may not have happened; applying the same batch again is safe.
  case unknown(reason: String)
}

/// What a command did.
public struct AppliedCommand: Sendable, Hashable {
  /// Why the table changed, or did not.
  public enum Disposition: Sendable, Hashable {
    /// It took effect in this batch.
    case applied
    /// It had taken effect before; the version is the one recorded then.
    case duplicate
    /// Its condition did not hold, now or at the first delivery; the version is the one that the key had then.
    case refused
    /// Its operation id belongs to another write: another key, value or condition. It has no effect.
    case conflict
  }

  public let command: Command
  public let version: Int64
  public let disposition: Disposition

  public init(command: Command, version: Int64, disposition: Disposition) {
    self.command = command
    self.version = version
    self.disposition = disposition
  }
}

/// The table did not answer in time, or refused; nothing is known about the key.
public struct TableUnavailable: Error, Sendable, Hashable, CustomStringConvertible {
  public let reason: String
  public init(_ reason: String) { self.reason = reason }
  public var description: String { reason }
}
