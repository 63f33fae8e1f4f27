import DockerEngine
import Foundation
import HTTPClient
import Polling
import Stack
import Testing
import Workload

/// The running store, used as a client and with access to its containers.
struct StoreUnderTest: Sendable {
  /// An answer and how long it took.
  struct Answer: Sendable {
    var response: HTTPResponse
    var time: Duration

    var status: Int { response.status }
    var isPromptRefusal: Bool { status == 503 && response.header("Retry-After") != nil && time < .seconds(2) }
  }

  let stack: Stack
  private let http = HTTPClient(HTTPClientConfiguration(maxConnectionsPerHost: 64))
  /// So that every test has keys of its own.
  let prefix = "contract-\(UUID().uuidString.prefix(8).lowercased())"

  let url: String
  /// Where a broker's management API answers.
  private let managementPort: Int

  /// Starts the stack if it is not running.
  init() async throws {
    stack = Stack(try Laboratory.configuration())
    try await stack.up { _ in }
    url = try await stack.storeURL()
    managementPort = try #require(await stack.managementPorts().first)
  }

  // MARK: As a client

  func put(_ key: String, _ value: String, ack: String = "queued", operation: String? = nil) async throws -> Answer {
    var headers = [("Content-Type", "application/json")]
    if let operation { headers.append(("Idempotency-Key", operation)) }
    return try await send(
      HTTPRequest(
        method: "PUT", url: "\(url)/store?ack=\(ack)", headers: headers,
        body: Array(#"{"key":"\#(prefix)-\#(key)","value":"\#(value)"}"#.utf8), timeoutMilliseconds: 20_000))
  }

  func delete(_ key: String, ack: String = "committed") async throws -> Answer {
    try await send(
      HTTPRequest(method: "DELETE", url: "\(url)/store/\(prefix)-\(key)?ack=\(ack)", timeoutMilliseconds: 20_000))
  }

  func get(_ key: String, read: String = "cache", after operation: String? = nil) async throws -> Answer {
    let after = operation.map { "&after=\($0)" } ?? ""
    return try await send(
      HTTPRequest(
        method: "GET", url: "\(url)/store/\(prefix)-\(key)?read=\(read)\(after)", timeoutMilliseconds: 20_000))
  }

  /// Whether the operation took effect; waits for it.
  func isRecorded(_ operation: String, within limit: Duration = .seconds(15)) async throws -> Bool {
    let request = HTTPRequest(method: "GET", url: "\(url)/operations/\(operation)", timeoutMilliseconds: 5_000)
    return try await holds(within: limit) { try await send(request).status == 200 }
  }

  /// A GET of any other path.
  func ask(_ path: String) async throws -> Answer {
    try await send(HTTPRequest(method: "GET", url: "\(url)\(path)", timeoutMilliseconds: 20_000))
  }

  private func send(_ request: HTTPRequest) async throws -> Answer {
    var request = request
    request.headers += StoreToken.headers
    let start = ContinuousClock.now
    let response = try await http.send(request)
    return Answer(response: response, time: ContinuousClock.now - start)
  }

  /// Asks until it is so, or the time is over.
  func holds(within limit: Duration, _ condition: () async throws -> Bool) async throws -> Bool {
    try await Poll.until(.now + limit, every: .milliseconds(200), condition) { $0 }
  }

  /// The store answers a committed write again.
  func recovers(within limit: Duration = .seconds(40)) async throws -> Bool {
    try await holds(within: limit) { try await put("recovers", "v", ack: "committed").status == 200 }
  }

  // MARK: As an operator

  func secret(_ name: String) throws -> String {
    let text = try String(contentsOfFile: stack.configuration.secretsFile, encoding: .utf8)
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("\(name)=") })
    return String(line.dropFirst(name.count + 1))
  }

  /// RabbitMQ's management API as the administrator, or as the named user.
  func management(
    _ method: String, _ path: String, body: String? = nil, user: String = "KV_RABBITMQ_USER",
    password: String = "KV_RABBITMQ_PASSWORD"
  ) async throws -> HTTPResponse {
    let credentials = Data("\(try secret(user)):\(try secret(password))".utf8).base64EncodedString()
    return try await http.send(
      HTTPRequest(
        method: method, url: "http://127.0.0.1:\(managementPort)\(path)",
        headers: [("Authorization", "Basic \(credentials)"), ("Content-Type", "application/json")],
        body: body.map { Array($0.utf8) }))
  }

  /// What the command says, on either output; a failure counts only where it `mustSucceed`.
  @discardableResult
  func exec(
    _ container: String, _ command: [String], environment: [String] = [], mustSucceed: Bool = false
  ) async throws -> String {
    let answer = try await stack.engine.exec(container, command, environment: environment, timeout: .seconds(20))
    #expect(!mustSucceed || answer.exitCode == 0, "\(command.joined(separator: " ")): \(answer.error)")
    return answer.output + answer.error
  }

  /// Runs SQL on the leader's node, as the superuser or the named user: rows without a header, and the SQLSTATE of what
  /// is refused.
  func sql(_ statement: String, user: String? = nil, password: String? = nil) async throws -> String {
    let status = try await stack.status()
    let leader = try #require(status.nodes.first { $0.tier == .sql && $0.roles.contains(.leader) })
    var environment = ["STATEMENT=\(statement)"]
    if let user, let password {
      environment += ["USER_NAME=\(try secret(user))", "PGPASSWORD=\(try secret(password))"]
    }
    let command =
      switch status.flavour {
      case .patroni:
        #"exec psql -XqAt -v VERBOSITY=verbose ${USER_NAME:+-h "$(hostname -i)" -U "$USER_NAME"} -d kv -c "$STATEMENT""#
      case .cockroach:
        #"""
        if [ -n "${USER_NAME:-}" ]; then
          set -- --url "postgresql://$USER_NAME:$PGPASSWORD@localhost:26257/kv?sslmode=require"
        else
          set -- -d kv
        fi
        /cockroach/cockroach sql "$@" --format=tsv -e "$STATEMENT" | tail -n +2
        """#
      }
    return try await exec(leader.container, ["sh", "-c", command], environment: environment)
  }

  func redis(_ command: String..., user: String? = nil, password: String = "KV_REDIS_PASSWORD") async throws -> String {
    var words = ["redis-cli", "-c"]
    if let user { words += ["--user", try secret(user)] }
    return try await exec(
      "\(stack.configuration.project)-redis-1", words + command, environment: ["REDISCLI_AUTH=\(try secret(password))"]
    )
  }

  /// Pauses nodes for the time of `body`, whatever comes of it.
  func withPaused<Value>(_ nodes: [StackNode], _ body: () async throws -> Value) async throws -> Value {
    func resume() async throws {
      for node in nodes { try await stack.engine.unpause(container: node.container) }
    }
    do {
      for node in nodes { try await stack.engine.pause(container: node.container) }
      let value = try await body()
      try await resume()
      return value
    } catch {
      try await resume()
      throw error
    }
  }

  /// One broker runs out of memory or disk, by its own settings, for the time of `body`, whatever comes of it.
  ///
  /// - Parameter command: `rabbitmqctl`'s words.
  func withAlarm(_ command: [String], _ body: () async throws -> Void) async throws {
    let broker = "\(stack.configuration.project)-rabbitmq-2"
    let usual = command[0] == "set_disk_free_limit" ? ["500MB"] : ["absolute", "1GB"]
    func undo() async throws {
      try await exec(broker, ["rabbitmqctl", "-q", command[0]] + usual, mustSucceed: true)
    }
    do {
      try await exec(broker, ["rabbitmqctl", "-q"] + command, mustSucceed: true)
      try await body()
    } catch {
      try await undo()
      throw error
    }
    try await undo()
  }
}
