import AMQPClient
import History
import Workload

/// What a broker's answer, or the lack of one, says about an operation.
public enum AMQPOutcome {
  public static func of(_ outcome: AMQPPublishOutcome) -> Completion {
    switch outcome {
    case .confirmed: Completion(.ok)
    case .notSent(let reason): Completion(.failed, error: short(reason))
    case .refused(let reason), .unknown(let reason): Completion(.unknown, error: short(reason))
    }
  }

  /// A message counts as taken once it has arrived. The acknowledgement that follows is not answered; losing it causes
  /// a duplicate, never a loss.
  public static func of(_ outcome: AMQPSession.GetOutcome) -> Completion {
    switch outcome {
    case .message(let delivery): Completion(.ok, value: .string(String(decoding: delivery.body, as: UTF8.self)))
    case .empty: Completion(.ok, value: .null)
    case .notSent(let reason): Completion(.failed, error: short(reason))
    case .unknown(let reason): Completion(.unknown, error: short(reason))
    }
  }

  private static func short(_ reason: String) -> String { String(reason.prefix(80)) }
}
