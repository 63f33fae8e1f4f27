import Synchronization

/// Ends a run or a series early but in order: a signal, or the cancellation of the caller, cancels the work in progress
/// or is told to it.
public final class Interruption: Sendable {
  private struct State {
    var reason: String?
    var tell: (@Sendable (String) -> Void)?
  }

  private let state = Mutex(State())

  private init() {}

  /// The first reason; `nil` while nothing has interrupted.
  public var reason: String? { state.withLock { $0.reason } }

  /// Runs the body, and watches for interruptions until it ends.
  ///
  /// - Parameters:
  ///   - catchesSignals: whether SIGINT, SIGTERM and SIGHUP interrupt, each once.
  ///   - notify: called with each reason, after the work in progress was cancelled or told.
  public static func watch<Value: Sendable>(
    catchesSignals: Bool, notify: @escaping @Sendable (String) -> Void,
    body: (Interruption) async throws -> Value
  ) async throws -> Value {
    let interruption = Interruption()
    let interrupt: @Sendable (String) -> Void = { reason in
      interruption.interrupt(reason)
      notify(reason)
    }
    let signals = catchesSignals ? SignalWatch(handler: interrupt) : nil
    defer { signals?.stop() }
    return try await withTaskCancellationHandler {
      try await body(interruption)
    } onCancel: {
      interrupt("cancelled")
    }
  }

  /// Does work in a task of its own, which an interruption cancels; one that has come already does so at once.
  public func cancelling<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
    let task = Task { try await work() }
    return try await telling({ _ in task.cancel() }, during: { try await task.value })
  }

  /// Does work that is told of interruptions with their reasons; of one that has come already at once.
  ///
  /// In a task of its own because the caller's cancellation is an event like a signal, and must not keep the rest from
  /// healing.
  public func telling<Value: Sendable>(
    _ tell: @escaping @Sendable (String) -> Void, during work: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    let reason = state.withLock { state in
      state.tell = tell
      return state.reason
    }
    defer { state.withLock { $0.tell = nil } }
    if let reason { tell(reason) }
    return try await Task { try await work() }.value
  }

  private func interrupt(_ reason: String) {
    let tell = state.withLock { state in
      state.reason = state.reason ?? reason
      return state.tell
    }
    tell?(reason)
  }
}
