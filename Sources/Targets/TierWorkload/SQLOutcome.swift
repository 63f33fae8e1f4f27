import History
import SQLClient
import Workload

/// What the server's answer, or the lack of one, says about a statement or a transaction.
public enum SQLOutcome {
  /// - Parameter value: of the results; `nil` where nothing is read.
  public static func of(
    _ result: Result<[SQLResult], SQLError>, value: ([SQLResult]) -> Value? = { _ in nil }
  ) -> Completion {
    switch result {
    case .success(let results): Completion(.ok, value: value(results))
    case .failure(let error): of(error)
    }
  }

  public static func of(_ error: SQLError) -> Completion {
    let reason = error.state?.code ?? String(error.detail.prefix(80))
    switch error.effect {
    case .noneRetryable, .none: return Completion(.failed, error: reason)
    case .unknown: return Completion(.unknown, error: reason)
    }
  }
}
