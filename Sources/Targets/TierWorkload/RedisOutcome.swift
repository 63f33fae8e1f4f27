import History
import RedisClient
import Workload

/// What Redis' replies, or the lack of them, say about an operation.
public enum RedisOutcome {
  /// Of a write: `SET` or `SADD`, and with `replicas` a `WAIT` after it on the same connection.
  ///
  /// - Parameter replicas: how many replicas must have the write for it to count; 0: the master's answer is enough.
  public static func ofWrite(_ result: Result<[RedisReply], RedisError>, replicas: Int) -> Completion {
    switch result {
    case .failure(let error): return of(error)
    case .success(let replies):
      guard let first = replies.first else { return Completion(.unknown, error: "no reply") }
      // A command that Redis answers with an error was not done: `NOREPLICAS`, `CLUSTERDOWN`, `READONLY`, `LOADING`.
      if case .error(let text) = first { return Completion(.failed, error: word(text)) }
      guard replicas > 0 else { return Completion(.ok) }
      guard replies.count > 1 else { return Completion(.unknown, error: "no reply to WAIT") }
      switch replies[1] {
      case .integer(let count) where count >= Int64(replicas): return Completion(.ok)
      // The master has it, so it may well be there later.
      case .integer(let count): return Completion(.unknown, error: "WAIT \(count)")
      case .error(let text): return Completion(.unknown, error: word(text))
      case .null, .bytes, .status, .array: return Completion(.unknown, error: "WAIT was not answered by a number")
      }
    }
  }

  /// Of a `GET`.
  public static func ofGet(_ result: Result<[RedisReply], RedisError>) -> Completion {
    switch result {
    case .failure(let error): return of(error)
    case .success(let replies):
      switch replies.first {
      case .null: return Completion(.ok, value: .null)
      case .bytes(let bytes): return Completion(.ok, value: .string(String(decoding: bytes, as: UTF8.self)))
      case .error(let text): return Completion(.failed, error: word(text))
      case .integer, .status, .array, nil: return Completion(.unknown, error: "GET was not answered by a value")
      }
    }
  }

  static func of(_ error: RedisError) -> Completion {
    switch error.code {
    // Nothing left, or the node said that it is another's.
    case .unavailable, .noRoute, .overloaded, .server: Completion(.failed, error: error.code.rawValue)
    case .connectionLost, .unexpectedReply: Completion(.unknown, error: error.code.rawValue)
    }
  }

  /// `CLUSTERDOWN` of `CLUSTERDOWN The cluster is down`.
  private static func word(_ text: String) -> String {
    text.split(separator: " ").first.map(String.init) ?? "error"
  }
}
