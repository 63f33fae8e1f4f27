import Endpoints
import ThreadExecutor

/// One connection that reconnects by itself: it connects on demand, to a random host, and drops a handle that broke.
///
/// The actor runs on a thread of its own, because libpq's calls block.
public actor SQLConnection {
  private let executor: ThreadExecutor
  private let options: SQLOptions
  private var handle: SQLHandle?
  private var lastHost: HostPort?

  public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  public init(options: SQLOptions) {
    self.options = options
    executor = ThreadExecutor(name: "sql")
  }

  /// One thing to run inside a transaction.
  public struct Step: Sendable {
    public let statements: [SQLStatement]
    public init(_ statements: [SQLStatement]) { self.statements = statements }
  }

  /// Runs statements as one implicit transaction in one round trip.
  ///
  /// - Parameter commits: whether they write, so that a loss means unknown.
  /// - Throws: `SQLError`. Nothing is retried here.
  public func run(
    _ statements: [SQLStatement], commits: Bool, deadline: ContinuousClock.Instant
  ) throws(SQLError) -> [SQLResult] {
    let handle = try connected(deadline)
    defer { dropIfBroken() }
    return try handle.pipeline(statements, commits: commits, deadline: deadline)
  }

  /// Runs a transaction of two round trips: `first` reads; `next` turns the results into the statements that write,
  /// which are sent together with the COMMIT. No lock is held between the two, so a client that freezes there blocks no
  /// other one.
  ///
  /// - Parameters:
  ///   - begin: the BEGIN statement with its isolation level.
  ///   - firstTimeout: how long `first` may take, once connected; `nil`: until the deadline.
  /// - Throws: `SQLError`: `unknown` only once the COMMIT was sent.
  public func transaction<Value: Sendable>(
    begin: String, first: [SQLStatement], firstTimeout: Duration? = nil, deadline: ContinuousClock.Instant,
    next: @Sendable ([SQLResult]) throws(SQLError) -> (statements: [SQLStatement], value: Value)
  ) throws(SQLError) -> Value {
    let handle = try connected(deadline)
    defer { dropIfBroken() }
    do throws(SQLError) {
      let firstDeadline = firstTimeout.map { min(deadline, .now + $0) } ?? deadline
      let read = try handle.pipeline([SQLStatement(begin)] + first, commits: false, deadline: firstDeadline)
      let (statements, value) = try next(Array(read.dropFirst()))
      if statements.isEmpty {
        _ = try handle.pipeline([SQLStatement("COMMIT")], commits: false, deadline: deadline)
        return value
      }
      let written = try handle.pipeline(statements + [SQLStatement("COMMIT")], commits: true, deadline: deadline)
      // COMMIT of an aborted transaction "succeeds" as a ROLLBACK.
      guard written.last?.tag == "COMMIT" else {
        throw SQLError(.noneRetryable, "the server rolled back at COMMIT")
      }
      return value
    } catch {
      if !handle.isBroken { rollBack(handle) }
      throw error
    }
  }

  private func rollBack(_ handle: SQLHandle) {
    do {
      _ = try handle.pipeline([SQLStatement("ROLLBACK")], commits: false, deadline: .now + .seconds(1))
    } catch {
      // The server rolls back when the connection ends.
      self.handle = nil
    }
  }

  private func dropIfBroken() {
    if handle?.isBroken == true { handle = nil }
  }

  /// Closes the connection; the next use connects again.
  public func close() { handle = nil }

  private func connected(_ deadline: ContinuousClock.Instant) throws(SQLError) -> SQLHandle {
    if let handle { return handle }
    var options = options
    let left = ContinuousClock.now.duration(to: deadline).components
    let milliseconds = left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000
    guard milliseconds > 0 else { throw SQLError(.noneRetryable, "the time was over before a connection was there") }
    options.connectTimeoutMilliseconds = min(options.connectTimeoutMilliseconds, Int(milliseconds))
    // After a failure another host comes first.
    let others = options.hosts.filter { $0 != lastHost }
    guard let host = others.randomElement() ?? options.hosts.randomElement() else {
      throw SQLError(.none, "no SQL host is configured")
    }
    lastHost = host
    let opened = try SQLHandle(options, host: host)
    lastHost = nil
    handle = opened
    return opened
  }
}
