import DockerEngine
import Foundation
import Stack
import Testing

/// Nodes that are gone, and what the store says of itself meanwhile.
extension StoreUnderTest {
  /// Kills nodes for the time of `body`, and starts them again whatever comes of it; ends when each counts in its
  /// cluster.
  func withKilled<Value>(_ nodes: [StackNode], _ body: () async throws -> Value) async throws -> Value {
    func start() async throws {
      for node in nodes { try await stack.engine.start(container: node.container) }
    }
    let value: Value
    do {
      for node in nodes { try await stack.engine.kill(container: node.container, signal: "KILL") }
      value = try await body()
      try await start()
    } catch {
      try await start()
      throw error
    }
    for node in nodes { #expect(try await joins(node), "\(node.name) does not count in its cluster") }
    return value
  }

  /// The node is a member of its cluster again, as far as its image can say.
  func joins(_ node: StackNode, within limit: Duration = .seconds(90)) async throws -> Bool {
    let question = ["bash", "-c", "command -v node-joined >/dev/null || exit 0; node-joined"]
    return try await holds(within: limit) {
      try await stack.engine.run(question, in: node.container, timeout: .seconds(15)).exitCode == 0
    }
  }

  private struct Health: Decodable {
    struct Dependency: Decodable { var status: String }
    var dependencies: [String: Dependency]
  }

  /// Every API says at `/health/ready` that these dependencies are down, and all others up: NGINX takes one API after
  /// the other, so that many in a row have to say so.
  func readinessNames(down: Set<String>, status: Int, within limit: Duration = .seconds(30)) async throws -> Bool {
    var inARow = 0
    return try await holds(within: limit) {
      let answer = try await ask("/health/ready")
      let health = try? JSONDecoder().decode(Health.self, from: Data(answer.response.body))
      let found = health.map { Set($0.dependencies.filter { $0.value.status != "up" }.keys) }
      inARow = answer.status == status && found == down && health?.dependencies.count == 3 ? inARow + 1 : 0
      return inARow == 6
    }
  }

  /// All writes are refused in time, at the latest after a while. Each API learns that the brokers take nothing by its
  /// first message after it, and NGINX sends the writes of a tenth of a second to one of them: a round has writes in
  /// ten, and two rounds in a row are refused.
  func refusesAllWrites() async throws -> Bool {
    var refusals = 0
    return try await holds(within: .seconds(60)) {
      let answers = try await all(40) { number in
        try await Task.sleep(for: .milliseconds(110 * (number / 4)))
        return try await put("k\(number)", "v", operation: "\(prefix)-\(number)")
      }
      refusals = answers.allSatisfy(\.isPromptRefusal) ? refusals + 1 : 0
      return refusals == 2
    }
  }

  /// Writes to as many keys, all at once; the n-th has the operation id `<prefix>-<series><n>`, so that the same again
  /// is a retry.
  func puts(_ count: Int, ack: String = "queued", series: String = "") async throws -> [Answer] {
    try await all(count) { try await put("\(series)k\($0)", "v", ack: ack, operation: "\(prefix)-\(series)\($0)") }
  }

  /// This many requests at once; the answers in the order of their numbers.
  func all(_ count: Int, _ request: @escaping @Sendable (Int) async throws -> Answer) async throws -> [Answer] {
    try await withThrowingTaskGroup(of: (Int, Answer).self) { group in
      for number in 0..<count { group.addTask { (number, try await request(number)) } }
      return try await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
    }
  }
}
