/// A fixed number of connections, lent to one user at a time, first come first served.
public actor SQLPool {
  private var free: [SQLConnection]
  private var waiting: [CheckedContinuation<SQLConnection, Never>] = []
  private let waitingMaximum: Int

  /// - Parameter waitingMaximum: users that may wait; one more is refused at once.
  public init(options: SQLOptions, size: Int, waitingMaximum: Int = 256) {
    precondition(size > 0, "a pool has at least one connection")
    free = (0..<size).map { _ in SQLConnection(options: options) }
    self.waitingMaximum = waitingMaximum
  }

  /// Lends a connection for the time of `body`. Throws `noneRetryable` when too many wait, and what `body` throws.
  public nonisolated func withConnection<Value: Sendable>(
    _ body: @Sendable (SQLConnection) async throws(SQLError) -> Value
  ) async throws(SQLError) -> Value {
    let connection = try await take()
    do {
      let value = try await body(connection)
      await give(connection)
      return value
    } catch {
      await give(connection)
      throw error
    }
  }

  private func take() async throws(SQLError) -> SQLConnection {
    if let connection = free.popLast() { return connection }
    guard waiting.count < waitingMaximum else {
      throw SQLError(.noneRetryable, "too many requests wait for a SQL connection")
    }
    return await withCheckedContinuation { waiting.append($0) }
  }

  private func give(_ connection: SQLConnection) {
    if waiting.isEmpty { free.append(connection) } else { waiting.removeFirst().resume(returning: connection) }
  }
}
