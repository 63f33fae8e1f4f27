/// Errors of reading or writing the record of a run: the one error type of this module.
public enum HistoryError: Error, Sendable, Hashable {
  /// A line that is not an event. `line` counts from 1; `expected` says what a valid line has there.
  case malformed(file: String, line: Int, expected: String, found: String)
  /// The file cannot be opened, read or written; `reason` is the system's own word.
  case inputOutput(file: String, action: String, reason: String)
  /// The compressed data do not decode, or end early.
  case compression(file: String, reason: String)
  /// Jepsen's binary store is not as its format has it.
  case damagedStore(file: String, reason: String)
  /// A limit of a check was reached while reading: how much is left is unknown.
  case limitReached(file: String, Limit)

  /// The limit of a check.
  public enum Limit: String, Sendable, Hashable {
    case time = "the time limit was reached"
    case memory = "the memory limit was reached"
  }
}

extension HistoryError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .malformed(let file, let line, let expected, let found):
      "\(file):\(line): expected \(expected), found \(found)"
    case .inputOutput(let file, let action, let reason):
      "\(file): cannot \(action): \(reason)"
    case .compression(let file, let reason):
      "\(file): the compressed data are damaged: \(reason)"
    case .damagedStore(let file, let reason): "\(file): Jepsen's store cannot be read: \(reason)"
    case .limitReached(let file, let limit): "\(file): \(limit.rawValue) while it was read"
    }
  }
}
