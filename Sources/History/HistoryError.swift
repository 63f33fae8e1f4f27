/// What can go wrong with the record of a run: the one error type of this module.
public enum HistoryError: Error, Sendable, Hashable {
  /// A line that is no event. `line` counts from 1; `expected` says what a right line has there.
  case malformed(file: String, line: Int, expected: String, found: String)
  /// The file cannot be opened, read or written; `reason` is the system's own word.
  case inputOutput(file: String, action: String, reason: String)
  /// The compressed data do not decode.
  case compression(file: String, reason: String)
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
    }
  }
}
