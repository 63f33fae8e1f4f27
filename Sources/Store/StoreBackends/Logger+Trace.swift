import KeyValueStore
import Logging

/// A step of an operation's path that a log line proves.
public enum TraceStep: String, Sendable {
  /// A quorum of brokers has it: the API saw the confirm.
  case confirmed
  /// A worker has received it.
  case delivered
  /// A worker saw the commit of its batch.
  case committed
}

extension Logger {
  /// Logs, at level debug, that operations reached this step: `kvchaos` uses these lines to find where a lost operation
  /// stopped.
  public func trace(_ step: TraceStep, _ operations: @autoclosure () -> [OperationID]) {
    guard logLevel <= .debug else { return }
    let ids = operations().map(\.text).joined(separator: " ")
    debug("operations \(step.rawValue)", metadata: ["step": .string(step.rawValue), "operations": .string(ids)])
  }
}
