import CCurl
import Failures
import Glibc
import Synchronization
import ThreadExecutor

/// Sends the requests of a schedule and records the answers on its own thread: an event loop over libcurl's
/// `multi_socket` interface, without a task, actor or allocation for each request.
public final class LoadGenerator: Sendable {
  /// What the test measured, and the processor time that sending cost.
  public struct Result: Sendable {
    public var recorder: LoadRecorder
    /// User and system time of the thread, in nanoseconds.
    public var processorNanoseconds: UInt64
    /// From the first request to the last answer, warm-up included.
    public var elapsedNanoseconds: UInt64
    /// Whether it was stopped early.
    public var isInterrupted: Bool
  }

  private let settings: LoadSettings
  private let onSecond: @Sendable (LoadRecorder.Second) -> Void
  private let isStopping = Atomic(false)

  /// - Parameter onSecond: called with each completed second, on the generator's thread; it must not block.
  public init(_ settings: LoadSettings, onSecond: @escaping @Sendable (LoadRecorder.Second) -> Void = { _ in }) {
    self.settings = settings
    self.onSecond = onSecond
  }

  /// Starts no more requests; `run` returns when the open ones have ended, or after two seconds.
  public func stop() { isStopping.store(true, ordering: .relaxed) }

  /// Runs the test to its end. Cancelling the task stops it.
  ///
  /// - Throws: `CommandError` when the system or libcurl refuses what the loop needs.
  public func run() async throws(CommandError) -> Result {
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: CheckedContinuation<Swift.Result<Result, CommandError>, Never>) in
        DedicatedThread.start(name: "load") { [self] in
          guard let loop = GeneratorLoop(settings: settings, onSecond: onSecond) else {
            let reason = "libcurl, epoll or a timer could not be set up: \(String(cString: strerror(errno)))"
            return continuation.resume(returning: .failure(CommandError(.internalFault, reason)))
          }
          continuation.resume(returning: .success(loop.run { isStopping.load(ordering: .relaxed) }))
        }
      }
    } onCancel: {
      stop()
    }
    return try result.get()
  }
}
