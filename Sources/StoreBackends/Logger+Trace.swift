import KeyValueStore
import Logging

/// A step of an operation's way that a log can prove.
public enum TraceStep: String, Sendable {
  /// A quorum of brokers has it: the API saw the confirm.
  case confirmed
  /// A worker has it in hand.
  case delivered
  /// A worker saw the commit of its batch.
  case committed
}

extension Logger {
  /// Notes that operations came so far, at the level debug: `kvchaos` tells by these lines where a lost one stopped.
  public func trace(_ step: TraceStep, _ operations: @autoclosure () -> [OperationID]) {
    guard logLevel <= .debug else { return }
    let ids = operations().map(\.text).joined(separator: " ")
    debug("operations \(step.rawValue)", metadata: ["step": .string(step.rawValue), "operations": .string(ids)])
  }
}
