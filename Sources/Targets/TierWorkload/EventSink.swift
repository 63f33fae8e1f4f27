import Glibc
import History
import Synchronization
import Workload

/// Writes events as lines of a history to a descriptor, each as it happens, with the machine's monotonic time.
///
/// Events are stamped and written under one lock, so the lines are in the order of their times. An event that cannot be
/// written ends the process: a history with a hole would be judged as if nothing were missing.
public final class EventSink: HistorySink {
  private struct State {
    var count = 0
    var line = EventLine()
  }

  private let descriptor: Int32
  private let state = Mutex(State())

  public init(descriptor: Int32 = STDOUT_FILENO) { self.descriptor = descriptor }

  public func append(_ event: Event) {
    state.withLock { state in
      var event = event
      event.index = state.count
      event.timeNanoseconds = MonotonicClock.nanoseconds
      state.count += 1
      state.line.removeAll()
      state.line.append(event)
      var rest = state.line.bytes[...]
      while !rest.isEmpty {
        let written = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        if written < 0, errno == EINTR { continue }
        guard written > 0 else { fatalError("an event could not be written: \(String(cString: strerror(errno)))") }
        rest = rest.dropFirst(written)
      }
    }
  }
}
