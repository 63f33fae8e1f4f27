import CCurl
import Glibc
import Synchronization

/// The way into the transfer thread: commands behind a lock, and an eventfd that wakes the thread.
final class Mailbox: Sendable {
  enum Command: Sendable {
    case submit(Submission)
    case cancel(id: UInt64)
  }

  private struct State {
    var commands: [Command] = []
    /// Set once; nothing is taken in afterwards.
    var closed: HTTPClientError?
  }

  /// Readable when there is something to take.
  let descriptor: Int32
  private let state = Mutex(State())

  init() {
    descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
  }

  deinit {
    if descriptor >= 0 { Glibc.close(descriptor) }
  }

  /// Adds a command; returns the reason if the mailbox is closed.
  func put(_ command: Command) -> HTTPClientError? {
    let (closed, wasEmpty) = state.withLock { state in
      if let closed = state.closed { return (Optional(closed), false) }
      state.commands.append(command)
      return (nil, state.commands.count == 1)
    }
    if wasEmpty { wake() }
    return closed
  }

  /// Closes the mailbox for good; the thread sees it at its next `take`.
  func close(_ reason: HTTPClientError) {
    state.withLock { state in if state.closed == nil { state.closed = reason } }
    wake()
  }

  /// Everything put in since the last time, and the reason if the mailbox is closed.
  func take() -> (commands: [Command], closed: HTTPClientError?) {
    var count: UInt64 = 0
    _ = read(descriptor, &count, MemoryLayout<UInt64>.size)
    return state.withLock { state in
      defer { state.commands = [] }
      return (state.commands, state.closed)
    }
  }

  private func wake() {
    var one: UInt64 = 1
    _ = write(descriptor, &one, MemoryLayout<UInt64>.size)
  }
}
