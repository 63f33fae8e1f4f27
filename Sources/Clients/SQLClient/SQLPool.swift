/// A fixed number of connections, lent to one user at a time, first come first served.
public actor SQLPool {
  private struct Waiter {
    let number: UInt64
    let continuation: CheckedContinuation<SQLConnection?, Never>
  }

  private var free: [SQLConnection]
  private var waiting: [Waiter] = []
  private var waiters: UInt64 = 0
  private let waitingMaximum: Int

  /// - Parameter waitingMaximum: users that may wait; one more is refused at once.
  public init(options: SQLOptions, size: Int, waitingMaximum: Int = 256) {
    precondition(size > 0, "a pool has at least one connection")
    free = (0..<size).map { _ in SQLConnection(options: options) }
    self.waitingMaximum = waitingMaximum
  }

  /// Lends a connection for the duration of `body`. Throws `noneRetryable` if too many users wait or no connection is
  /// free by the deadline, and what `body` throws.
  public nonisolated func withConnection<Value: Sendable>(
    until deadline: ContinuousClock.Instant, _ body: @Sendable (SQLConnection) async throws(SQLError) -> Value
  ) async throws(SQLError) -> Value {
    let connection = try await take(until: deadline)
    do {
      let value = try await body(connection)
      await give(connection)
      return value
    } catch {
      await give(connection)
      throw error
    }
  }

  private func take(until deadline: ContinuousClock.Instant) async throws(SQLError) -> SQLConnection {
    if let connection = free.popLast() { return connection }
    guard waiting.count < waitingMaximum else {
      throw SQLError(.noneRetryable, "too many requests wait for a SQL connection")
    }
    waiters += 1
    let number = waiters
    let timer = Task {
      try? await Task.sleep(until: deadline, clock: .continuous)
      if !Task.isCancelled { giveUp(number) }
    }
    defer { timer.cancel() }
    guard let connection = await withCheckedContinuation({ waiting.append(Waiter(number: number, continuation: $0)) })
    else { throw SQLError(.noneRetryable, "no SQL connection was free in time") }
    return connection
  }

  private func giveUp(_ number: UInt64) {
    guard let index = waiting.firstIndex(where: { $0.number == number }) else { return }
    waiting.remove(at: index).continuation.resume(returning: nil)
  }

  private func give(_ connection: SQLConnection) {
    if waiting.isEmpty {
      free.append(connection)
    } else {
      waiting.removeFirst().continuation.resume(returning: connection)
    }
  }
}
