import History

/// An operation of a history, invocation and completion together, as findings name it.
public struct Operation: Sendable, Hashable, Codable {
  /// Position of the invocation in the history, from 0.
  public var index: Int
  /// Position of the completion; `nil` when there is none.
  public var completionIndex: Int?
  /// Nanoseconds since the start of the run.
  public var callNanoseconds: Int64
  /// When the completion came; for an unknown outcome when the client gave up, `nil` if it never did.
  public var returnNanoseconds: Int64?
  /// The client that asked.
  public var process: Int
  /// The operation's name in the history.
  public var function: String
  /// The key; `nil` where the history has one object.
  public var key: String?
  /// What the invocation carried, as people write it.
  public var input: String?
  /// What the completion brought.
  public var output: String?
  /// How it ended.
  public var outcome: Outcome
  /// The version that the store gave with the answer.
  public var version: Int64?
  /// The id under which the store knows it.
  public var operation: String?
  /// Why it failed or is unknown, for people.
  public var error: String?
  /// The consistency level asked for.
  public var level: String?
}

extension Operation: CustomStringConvertible {
  /// One line for people: `process 3 put k1 "v7" -> ok [1.204 s, 1.221 s]`.
  public var description: String {
    var text = "process \(process) \(function)"
    if let key { text += " \(key)" }
    if let input { text += " \(input)" }
    switch outcome {
    case .ok: text += output.map { $0 == input ? " -> ok" : " -> \($0)" } ?? " -> ok"
    case .failed: text += " -> failed"
    case .unknown: text += " -> unknown"
    }
    if let version { text += " (version \(version))" }
    let end = returnNanoseconds.map(seconds) ?? "…"
    text += " [\(seconds(callNanoseconds)), \(end)]"
    if let operation { text += " operation \(operation)" }
    return text
  }

  private func seconds(_ nanoseconds: Int64) -> String {
    let microseconds = nanoseconds.magnitude / 1000
    let fraction = String(microseconds % 1_000_000 + 1_000_000).dropFirst()
    return "\(nanoseconds < 0 ? "-" : "")\(microseconds / 1_000_000).\(fraction) s"
  }
}
