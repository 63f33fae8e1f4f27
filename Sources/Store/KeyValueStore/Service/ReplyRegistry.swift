import Synchronization

/// Brings each worker's reply to the requests that wait for that operation.
///
/// A request registers before it publishes, so a reply cannot come too early. Several requests may wait for one
/// operation (a proxy that retries on the same API); each gets the reply. A request that used the operation id for
/// another write does not get it: the outcome of one write says nothing about the other.
public final class ReplyRegistry: Sendable {
  /// One request's place in the registry.
  public struct Ticket: Sendable, Hashable {
    let write: Write
    let number: UInt64
  }

  /// A write and its operation id.
  struct Write: Sendable, Hashable {
    let operation: OperationID
    let fingerprint: Int64
  }

  private enum Entry {
    case empty
    case waiting(CheckedContinuation<Reply?, Never>)
    case arrived(Reply)
  }

  private struct State {
    var nextNumber: UInt64 = 0
    var entries: [Write: [UInt64: Entry]] = [:]
    var count = 0
  }

  private let state = Mutex(State())
  private let maximum: Int

  /// - Parameter maximum: requests that may be registered at once.
  public init(maximum: Int = 4096) { self.maximum = maximum }

  /// How many requests are registered.
  public var count: Int { state.withLock { $0.count } }

  /// Registers for a reply to `command`; the caller must `discard` the ticket. `nil` if the registry is full.
  public func expect(_ command: Command) -> Ticket? {
    let write = Write(operation: command.operation, fingerprint: command.fingerprint)
    return state.withLock { state in
      guard state.count < maximum else { return nil }
      state.count += 1
      state.nextNumber += 1
      state.entries[write, default: [:]][state.nextNumber] = .empty
      return Ticket(write: write, number: state.nextNumber)
    }
  }

  /// Hands a reply to all requests that wait for its write, if there are any.
  public func deliver(_ reply: Reply) {
    let write = Write(operation: reply.operation, fingerprint: reply.fingerprint)
    let continuations = state.withLock { state in
      var continuations: [CheckedContinuation<Reply?, Never>] = []
      guard let entries = state.entries[write] else { return continuations }
      for (number, entry) in entries {
        switch entry {
        case .waiting(let continuation): continuations.append(continuation)
        case .empty, .arrived: break
        }
        state.entries[write]?[number] = .arrived(reply)
      }
      return continuations
    }
    for continuation in continuations { continuation.resume(returning: reply) }
  }

  /// The reply, if it has arrived already.
  public func arrived(_ ticket: Ticket) -> Reply? {
    state.withLock { state in
      guard case .arrived(let reply) = state.entries[ticket.write]?[ticket.number] else { return nil }
      return reply
    }
  }

  /// Waits for the reply; `nil` when the task is cancelled or the ticket discarded first. Only one waiter for each
  /// ticket.
  public func wait(_ ticket: Ticket) async -> Reply? {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let now: Reply?? = state.withLock { state in
          switch state.entries[ticket.write]?[ticket.number] {
          case .arrived(let reply): return .some(reply)
          case .none: return .some(nil)
          case .waiting: fatalError("two tasks wait on one reply ticket")
          case .empty:
            if Task.isCancelled { return .some(nil) }
            state.entries[ticket.write]?[ticket.number] = .waiting(continuation)
            return .none
          }
        }
        if case .some(let reply) = now { continuation.resume(returning: reply) }
      }
    } onCancel: {
      release(ticket, keep: true)
    }
  }

  /// Removes the ticket; a waiter gets `nil`.
  public func discard(_ ticket: Ticket) { release(ticket, keep: false) }

  private func release(_ ticket: Ticket, keep: Bool) {
    let continuation: CheckedContinuation<Reply?, Never>? = state.withLock { state in
      let entry = state.entries[ticket.write]?[ticket.number]
      if !keep {
        if entry != nil { state.count -= 1 }
        state.entries[ticket.write]?[ticket.number] = nil
        if state.entries[ticket.write]?.isEmpty == true { state.entries[ticket.write] = nil }
      }
      guard case .waiting(let continuation) = entry else { return nil }
      if keep { state.entries[ticket.write]?[ticket.number] = .empty }
      return continuation
    }
    continuation?.resume(returning: nil)
  }
}
