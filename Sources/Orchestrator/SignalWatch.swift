import Dispatch
import Foundation

/// Turns SIGINT and SIGTERM into calls, so that a run can heal before it ends.
final class SignalWatch: Sendable {
  private static let signals = [SIGINT, SIGTERM]
  // Safe: set once, and libdispatch's calls on a source may come from any thread.
  private nonisolated(unsafe) let sources: [any DispatchSourceSignal]

  /// - Parameter handler: called with the signal's name, each time one comes.
  init(handler: @escaping @Sendable (String) -> Void) {
    sources = Self.signals.map { number in
      // The source gets the signal only if nothing else acts on it.
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { handler(number == SIGINT ? "SIGINT" : "SIGTERM") }
      source.resume()
      return source
    }
  }

  func stop() {
    for source in sources { source.cancel() }
    for number in Self.signals { signal(number, SIG_DFL) }
  }
}
