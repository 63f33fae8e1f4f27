import Synchronization

/// Ends a run or a series early but in order: a signal, or the cancellation of the caller, cancels the work in progress
/// and is passed on.
public final class Interruption: Sendable {
  private struct State {
    var reason: String?
    var cancel: (@Sendable () -> Void)?
  }

  private let state = Mutex(State())

  private init() {}

  /// The first reason; `nil` while nothing has interrupted.
  public var reason: String? { state.withLock { $0.reason } }

  /// Runs the body, and watches for interruptions until it ends.
  ///
  /// - Parameters:
  ///   - catchesSignals: whether SIGINT, SIGTERM and SIGHUP interrupt, each once.
  ///   - notify: called with each reason, after the work in progress was cancelled.
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
  ///
  /// In a task of its own because the caller's cancellation is an event like a signal, and must not keep the rest from
  /// healing.
  public func cancelling<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
    let task = Task { try await work() }
    let isInterrupted = state.withLock { state in
      state.cancel = { task.cancel() }
      return state.reason != nil
    }
    defer { state.withLock { $0.cancel = nil } }
    if isInterrupted { task.cancel() }
    return try await task.value
  }

  private func interrupt(_ reason: String) {
    let cancel = state.withLock { state in
      state.reason = state.reason ?? reason
      return state.cancel
    }
    cancel?()
  }
}
