import Endpoints
import Glibc
import SQLClient
import Synchronization
import TestSupport

/// A PostgreSQL server on 127.0.0.1 whose every answer the test decides, pipeline by pipeline; unless the test says so
/// its tables are empty. It speaks as much of the protocol (version 3) as libpq's pipeline mode needs.
final class ScriptedPostgres: Sendable {
  /// What comes of one pipeline.
  enum Answer: Sendable {
    /// All of it succeeds.
    case complete
    /// All of it succeeds, and the last statement has one row of one number.
    case number(Int64)
    /// The last statement fails with this SQLSTATE.
    case error(String)
    /// All of it succeeds, with a warning.
    case warning(String)
    /// COMMIT "succeeds" as a ROLLBACK.
    case rolledBack
    case hangUp
    case silence
  }

  private let server: LocalServer
  private let log: Log

  /// What the threads of the connections write, and the test reads.
  private final class Log: Sendable {
    let pipelines = Mutex<[[String]]>([])
    let sessions = Mutex(0)
  }

  /// The statements of every pipeline that has come.
  var seen: [[String]] { log.pipelines.withLock { $0 } }

  /// How many connections have come.
  var sessions: Int { log.sessions.withLock { $0 } }

  /// - Parameter answer: called with the statements of a pipeline, on the connection's thread.
  init(answer: @escaping @Sendable ([String]) -> Answer) {
    let log = Log()
    self.log = log
    server = LocalServer { descriptor, _ in
      log.sessions.withLock { $0 += 1 }
      Session(descriptor: descriptor).serve { statements in
        log.pipelines.withLock { $0.append(statements) }
        return answer(statements)
      }
    }
  }

  func options() -> SQLOptions {
    var options = SQLOptions(
      hosts: [HostPort(host: "127.0.0.1", port: server.port)], user: "u", password: "", database: "d",
      applicationName: "test")
    // All tests start at once: the server's threads may have to wait for a core.
    options.connectTimeoutMilliseconds = 300_000
    return options
  }

  private struct Session {
    let descriptor: Int32

    func serve(_ answer: ([String]) -> Answer) {
      // Requests for encryption are refused; then comes the start-up message.
      while true {
        guard let length = number(), let code = number(), read(length - 8) != nil else { return }
        guard code == 80_877_103 || code == 80_877_104 else { break }
        write([UInt8(ascii: "N")])
      }
      write(message("R", [0, 0, 0, 0]) + ready)
      var statements: [String] = []
      while let type = read(1)?.first, let length = number(), let body = read(length - 4) {
        switch type {
        // Parse: the statement's name, its text.
        case UInt8(ascii: "P"):
          statements.append(String(decoding: body.drop { $0 != 0 }.dropFirst().prefix { $0 != 0 }, as: UTF8.self))
        case UInt8(ascii: "S"):
          guard reply(to: statements, answer(statements)) else { return }
          statements = []
        // A simple query: what a session is set up with. It succeeds.
        case UInt8(ascii: "Q"): write(message("C", Array("SET".utf8) + [0]) + ready)
        case UInt8(ascii: "X"): return
        default: break
        }
      }
    }

    /// False: the connection ends here.
    private func reply(to statements: [String], _ answer: Answer) -> Bool {
      if case .hangUp = answer { return false }
      if case .silence = answer { return true }
      var bytes: [UInt8] = []
      for (index, statement) in statements.enumerated() {
        let isLast = index == statements.count - 1
        // ParseComplete, BindComplete, then RowDescription and DataRow, or NoData.
        bytes += message("1", []) + message("2", [])
        if isLast, case .number(let value) = answer {
          // One column of type int8 (20), in binary format, without a table behind it.
          bytes += message(
            "T", [0, 1] + Array("n".utf8) + [0, 0, 0, 0, 0, 0, 0] + [0, 0, 0, 20, 0, 8, 255, 255, 255, 255, 0, 1])
          bytes += message("D", [0, 1, 0, 0, 0, 8] + withUnsafeBytes(of: value.bigEndian) { Array($0) })
        } else {
          bytes += message("n", [])
        }
        if isLast, case .error(let state) = answer {
          bytes += message("E", fields("ERROR", state, "as the test wants"))
        } else {
          if isLast, case .warning(let text) = answer { bytes += message("N", fields("WARNING", "01000", text)) }
          var tag = statement.split(separator: " ").first ?? ""
          if isLast, case .rolledBack = answer { tag = "ROLLBACK" }
          bytes += message("C", Array(tag.utf8) + [0])
        }
      }
      write(bytes + ready)
      return true
    }

    private var ready: [UInt8] { message("Z", [UInt8(ascii: "I")]) }

    private func fields(_ severity: String, _ state: String, _ text: String) -> [UInt8] {
      [("S", severity), ("V", severity), ("C", state), ("M", text)].flatMap { Array($0.utf8) + Array($1.utf8) + [0] }
        + [0]
    }

    private func message(_ type: Character, _ body: [UInt8]) -> [UInt8] {
      let length = UInt32(body.count + 4)
      return [type.asciiValue ?? 0]
        + stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: length >> $0) }
        + body
    }

    private func number() -> Int? { read(4).map { $0.reduce(0) { $0 << 8 | Int($1) } } }

    private func read(_ count: Int) -> [UInt8]? { LocalServer.read(count, from: descriptor) }

    private func write(_ bytes: [UInt8]) { _ = send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }
  }
}
