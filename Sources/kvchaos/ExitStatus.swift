import ArgumentParser
import Consistency
import Failures
import History

/// The process's exit status for an error, where the verdicts 0, 1 and 2 do not apply.
enum ExitStatus {
  /// The status for an error that a command threw; `nil` where argument-parser knows better (usage, help, `ExitCode`).
  static func status(for error: any Error) -> Int32? {
    if let error = error as? any CategorisedError { return error.category.exitStatus }
    if error is ExitCode { return nil }
    // argument-parser has a status of its own for each of its errors, and `failure` for those of others.
    return KVChaos.exitCode(for: error) == .failure ? FailureCategory.internalFault.exitStatus : nil
  }
}

// The libraries that others use know nothing of commands, so their errors are categorised here.

extension HistoryError: CategorisedError {
  public var category: FailureCategory {
    switch self {
    case .malformed, .compression, .damagedStore: .badInput
    case .inputOutput, .limitReached: .unavailable
    }
  }
}

extension ConsistencyError: CategorisedError {
  public var category: FailureCategory { .badInput }
}
