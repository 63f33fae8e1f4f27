import Foundation
import HTTPClient

/// Logs and commands: what comes back as a multiplexed stream.
extension DockerEngine {
  /// What a container has written, standard output and error in the order in which the engine has them.
  ///
  /// - Parameters:
  ///   - tail: only this many of the last lines; `nil`: all.
  ///   - sinceUnixSeconds: only lines from then on; `nil`: from the beginning.
  ///   - timestamps: whether each line begins with the engine's time (RFC 3339).
  ///   - hasErrors: whether standard error is in it.
  public func logs(
    _ container: String, tail: Int? = nil, sinceUnixSeconds: Int64? = nil, timestamps: Bool = false,
    hasErrors: Bool = true
  ) async throws(DockerEngineError) -> String {
    let id = try await inspect(container).id
    var query = [("stdout", "1"), ("stderr", hasErrors ? "1" : "0"), ("tail", tail.map(String.init) ?? "all")]
    if let sinceUnixSeconds { query.append(("since", String(sinceUnixSeconds))) }
    if timestamps { query.append(("timestamps", "1")) }
    let path = "/containers/\(id)/logs"
    let response = try await connection.send("GET", path, query: query, timeout: .seconds(60))
    try EngineConnection.expect(response, [200], "GET \(path)")
    var demultiplexer = StreamDemultiplexer()
    let frames = try demultiplexer.feed(response.body)
    return String(decoding: frames.flatMap(\.payload), as: UTF8.self)
  }

  /// Runs a command in a running container and waits for its end.
  ///
  /// - Parameter timeout: of the command; the process itself is not ended by it (the engine has no way to).
  /// - Throws: `timedOut`; `refused` when the container does not run or is paused.
  public func exec(
    _ container: String, _ command: [String], environment: [String] = [], timeout: Duration = .seconds(10)
  ) async throws(DockerEngineError) -> ExecResult {
    struct Create: Encodable {
      var attachStandardOutput = true
      var attachStandardError = true
      var command: [String]
      var environment: [String]

      enum CodingKeys: String, CodingKey {
        case attachStandardOutput = "AttachStdout"
        case attachStandardError = "AttachStderr"
        case command = "Cmd"
        case environment = "Env"
      }
    }
    let id = try await inspect(container).id
    let json: Data
    do {
      json = try JSONEncoder().encode(Create(command: command, environment: environment))
    } catch {
      throw DockerEngineError(code: .malformedAnswer, message: "the command cannot be encoded: \(error)")
    }
    let createPath = "/containers/\(id)/exec"
    let created = try await connection.send("POST", createPath, json: Array(json), timeout: timeout)
    try EngineConnection.expect(created, [201], "POST \(createPath)")
    let exec = try EngineConnection.decode(Answers.Created.self, created, createPath).id

    let startPath = "/exec/\(exec)/start"
    let started = try await connection.send(
      "POST", startPath, json: Array(#"{"Detach":false,"Tty":false}"#.utf8), timeout: timeout)
    try EngineConnection.expect(started, [200, 101], "POST \(startPath)")
    var demultiplexer = StreamDemultiplexer()
    var output: [UInt8] = []
    var error: [UInt8] = []
    for frame in try demultiplexer.feed(started.body) {
      switch frame.stream {
      case .input, .output: output += frame.payload
      case .error: error += frame.payload
      }
    }
    let ended = try await connection.get(Answers.Exec.self, "/exec/\(exec)/json", timeout: timeout)
    guard let exitCode = ended.exitCode else {
      throw DockerEngineError(code: .malformedAnswer, message: "the command in \(container) has no exit code")
    }
    return ExecResult(
      exitCode: exitCode, output: String(decoding: output, as: UTF8.self),
      error: String(decoding: error, as: UTF8.self))
  }
}
