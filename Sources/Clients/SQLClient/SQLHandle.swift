import CPostgres
import Endpoints

/// The one owner of a libpq connection. Used by one thread only; closed in `deinit`.
final class SQLHandle {
  private let connection: OpaquePointer
  private let notices = NoticeLog()
  /// True if the connection broke, or reported something that rules out its further use.
  private(set) var isBroken = false

  /// Connects, authenticates and runs the set-up statements. Throws `noneRetryable`.
  init(_ options: SQLOptions, host: HostPort) throws(SQLError) {
    let settings: [(String, String)] = [
      ("host", host.host), ("port", String(host.port)), ("user", options.user), ("password", options.password),
      ("dbname", options.database), ("application_name", options.applicationName), ("client_encoding", "UTF8"),
      ("tcp_user_timeout", String(options.tcpUserTimeoutMilliseconds)), ("keepalives", "1"), ("keepalives_idle", "2"),
      ("keepalives_interval", "1"), ("keepalives_count", "3"),
      ("sslmode", options.requiresTLS ? "require" : "prefer"),
    ]
    let connection = Self.start(settings)
    guard let connection else { throw SQLError(.noneRetryable, "libpq has no memory") }
    self.connection = connection
    notices.attach(to: connection)
    // From here on the object is complete: `deinit` closes the connection when this throws.
    try Self.finishConnecting(connection, host, milliseconds: options.connectTimeoutMilliseconds)
    PQsetnonblocking(connection, 1)
    if !options.setUp.isEmpty {
      try runSetUp(options.setUp, host, milliseconds: options.connectTimeoutMilliseconds)
    }
  }

  deinit { PQfinish(connection) }

  private static func start(_ settings: [(String, String)]) -> OpaquePointer? {
    // libpq wants two null-terminated arrays of C strings, alive during the call.
    var keywords: [UnsafeMutablePointer<CChar>?] = settings.map { duplicate($0.0) }
    var values: [UnsafeMutablePointer<CChar>?] = settings.map { duplicate($0.1) }
    defer { for pointer in keywords + values { pointer?.deallocate() } }
    keywords.append(nil)
    values.append(nil)
    return PQconnectStartParams(keywords.map { UnsafePointer($0) }, values.map { UnsafePointer($0) }, 0)
  }

  private static func duplicate(_ text: String) -> UnsafeMutablePointer<CChar> {
    let bytes = text.utf8CString
    let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
    for (index, byte) in bytes.enumerated() { copy[index] = byte }
    return copy
  }

  private static func finishConnecting(
    _ connection: OpaquePointer, _ host: HostPort, milliseconds: Int
  ) throws(SQLError) {
    let deadline = ContinuousClock.now + .milliseconds(milliseconds)
    var state = PGRES_POLLING_WRITING
    while true {
      switch state {
      case PGRES_POLLING_OK: return
      case PGRES_POLLING_READING, PGRES_POLLING_WRITING:
        guard wait(connection, forWriting: state == PGRES_POLLING_WRITING, until: deadline) else {
          throw SQLError(.noneRetryable, "no connection to \(host) within \(milliseconds) ms")
        }
      default:
        throw SQLError(.noneRetryable, "no connection to \(host): \(message(connection))")
      }
      state = PQconnectPoll(connection)
    }
  }

  /// False if the time is up.
  private static func wait(
    _ connection: OpaquePointer, forWriting: Bool, until deadline: ContinuousClock.Instant
  ) -> Bool {
    while true {
      let left = ContinuousClock.now.duration(to: deadline).components
      let milliseconds = left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000
      guard milliseconds > 0 else { return false }
      let events = Int16(POLLIN) | (forWriting ? Int16(POLLOUT) : 0)
      var descriptor = pollfd(fd: PQsocket(connection), events: events, revents: 0)
      if poll(&descriptor, 1, Int32(min(milliseconds, 60_000))) > 0 { return true }
    }
  }

  /// libpq's message without its second line and further guesses.
  private static func message(_ connection: OpaquePointer) -> String {
    String(cString: PQerrorMessage(connection)).split(separator: "\n").first.map(String.init) ?? "no reason given"
  }

  private func runSetUp(_ text: String, _ host: HostPort, milliseconds: Int) throws(SQLError) {
    let deadline = ContinuousClock.now + .milliseconds(milliseconds)
    guard PQsendQuery(connection, text) == 1 else {
      throw SQLError(.noneRetryable, "set-up on \(host): \(Self.message(connection))")
    }
    try flush(until: deadline)
    while let result = try nextResult(until: deadline) {
      defer { PQclear(result) }
      let status = PQresultStatus(result)
      guard status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK else {
        throw SQLError(.noneRetryable, "set-up on \(host): \(Self.message(connection))")
      }
    }
  }

  // MARK: pipelines

  /// Sends statements back to back with one synchronisation at the end and reads all results. Without BEGIN they are
  /// one implicit transaction, which ends at the synchronisation.
  ///
  /// - Parameter commits: whether the pipeline ends a transaction that writes. Only then can an outcome be unknown.
  /// - Throws: the first error. The connection is broken after a lost connection or a late answer.
  func pipeline(
    _ statements: [SQLStatement], commits: Bool, deadline: ContinuousClock.Instant
  ) throws(SQLError) -> [SQLResult] {
    notices.clear()
    guard PQenterPipelineMode(connection) == 1 else { throw lost("pipeline mode", mayHaveCommitted: false) }
    for statement in statements {
      // libpq sends what it has when there is much of it: the COMMIT among the statements may have left.
      guard send(statement) else { throw lost("sending", mayHaveCommitted: commits) }
    }
    guard PQpipelineSync(connection) == 1 else { throw lost("sending", mayHaveCommitted: commits) }
    var results: [SQLResult] = []
    var failure: SQLError?
    do {
      try flush(until: deadline)
      for _ in statements {
        // Each statement gives one result and then a null that ends it.
        while let result = try nextResult(until: deadline) {
          defer { PQclear(result) }
          switch PQresultStatus(result) {
          case PGRES_TUPLES_OK, PGRES_COMMAND_OK: results.append(Self.copy(result))
          case PGRES_PIPELINE_ABORTED: break
          default: if failure == nil { failure = error(of: result, mayHaveCommitted: commits) }
          }
        }
      }
      // The synchronisation's own result; an error at the implicit commit comes in its place.
      while let result = try nextResult(until: deadline) {
        let status = PQresultStatus(result)
        if status == PGRES_FATAL_ERROR, failure == nil { failure = error(of: result, mayHaveCommitted: commits) }
        PQclear(result)
        if status == PGRES_PIPELINE_SYNC { break }
      }
    } catch {
      isBroken = true
      // Without a COMMIT in the pipeline the server rolls back what a broken connection left.
      throw commits ? SQLError(.unknown, error.detail) : SQLError(.noneRetryable, error.detail)
    }
    if PQexitPipelineMode(connection) != 1 { isBroken = true }
    if let failure {
      if failure.state?.endsConnection == true || PQstatus(connection) != CONNECTION_OK { isBroken = true }
      throw failure
    }
    if commits, let warning = notices.warnings.first {
      isBroken = true
      throw SQLError(.unknown, "committed with a warning: \(warning)")
    }
    guard results.count == statements.count else {
      isBroken = true
      throw SQLError(commits ? .unknown : .noneRetryable, "\(results.count) results for \(statements.count) statements")
    }
    return results
  }

  private func send(_ statement: SQLStatement) -> Bool {
    let parameters = statement.parameters
    let encoded = parameters.map(\.encoded)
    let types = parameters.map { Oid($0.typeIdentifier) }
    let lengths = encoded.map { Int32($0?.count ?? 0) }
    let formats = [Int32](repeating: 1, count: parameters.count)
    // One buffer for all parameters; one more byte, so that an empty parameter has an address that is not null.
    let joined = Array(encoded.compactMap { $0 }.joined()) + [0]
    return joined.withUnsafeBytes { buffer in
      var offset = 0
      let values: [UnsafePointer<CChar>?] = encoded.map { bytes in
        guard let bytes else { return nil }
        defer { offset += bytes.count }
        return buffer.baseAddress.map { ($0 + offset).assumingMemoryBound(to: CChar.self) }
      }
      return PQsendQueryParams(
        connection, statement.text, Int32(parameters.count), types, values, lengths, formats, 1) == 1
    }
  }

  private func flush(until deadline: ContinuousClock.Instant) throws(SQLError) {
    while true {
      switch PQflush(connection) {
      case 0: return
      case 1:
        guard Self.wait(connection, forWriting: true, until: deadline) else {
          isBroken = true
          throw SQLError(.unknown, "the server did not take the statements in time")
        }
        // A server that waits for us to read its answers would otherwise wait for ever.
        guard PQconsumeInput(connection) == 1 else { throw lost("sending", mayHaveCommitted: true) }
      default: throw lost("sending", mayHaveCommitted: true)
      }
    }
  }

  private func nextResult(until deadline: ContinuousClock.Instant) throws(SQLError) -> OpaquePointer? {
    while PQisBusy(connection) == 1 {
      guard Self.wait(connection, forWriting: false, until: deadline) else {
        isBroken = true
        throw SQLError(.unknown, "the server did not answer in time")
      }
      guard PQconsumeInput(connection) == 1 else { throw lost("reading", mayHaveCommitted: true) }
    }
    return PQgetResult(connection)
  }

  private func lost(_ what: String, mayHaveCommitted: Bool) -> SQLError {
    isBroken = true
    return SQLError(mayHaveCommitted ? .unknown : .noneRetryable, "\(what): \(Self.message(connection))")
  }

  private func error(of result: OpaquePointer, mayHaveCommitted: Bool) -> SQLError {
    let text =
      String(String(cString: PQresultErrorMessage(result)).prefix(300))
      .split(separator: "\n").first.map(String.init) ?? "an error without text"
    // PG_DIAG_SQLSTATE is 'C'. Without one the error is libpq's own: the connection broke.
    guard let code = PQresultErrorField(result, Int32(UInt8(ascii: "C"))) else {
      return lost("reading", mayHaveCommitted: mayHaveCommitted)
    }
    let state = SQLState(String(cString: code))
    return SQLError(state.effect(mayHaveCommitted: mayHaveCommitted), state: state, text)
  }

  private static func copy(_ result: OpaquePointer) -> SQLResult {
    let columns = PQnfields(result)
    let rows = (0..<PQntuples(result)).map { row in
      (0..<columns).map { column -> [UInt8]? in
        guard PQgetisnull(result, row, column) == 0 else { return nil }
        return Array(
          UnsafeRawBufferPointer(
            start: PQgetvalue(result, row, column), count: Int(PQgetlength(result, row, column))))
      }
    }
    return SQLResult(rows: rows, tag: String(cString: PQcmdStatus(result)))
  }
}
