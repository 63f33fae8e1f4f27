import Foundation
import TestSupport
import Testing

@testable import DockerEngine
@testable import Stack

/// The consumers and the content of the queues, according to the brokers' current replicas.
struct QueueReplicaTests {
  private static func line(
    _ queue: String, term: Int = 1, index: Int = 1, messages: Int = 0, active: String = "", consumers: String = ""
  ) -> String {
    "\(queue)\t\(term)\t\(index)\t\(messages)\t\(active)\t\(consumers)\n"
  }

  @Test func anAnswerIsRead() throws {
    let text =
      Self.line("kv.commands.4.0", term: 2, index: 17, messages: 3, active: "aaa.0", consumers: "aaa.0,bbb.0")
      + Self.line("kv.dead-letters") + "end\n"
    let read = try #require(QueueReplica.read(text))
    #expect(
      read == [
        QueueReplica(
          queue: "kv.commands.4.0", position: .init(term: 2, index: 17), messages: 3, activeConsumer: "aaa.0",
          consumers: ["aaa.0", "bbb.0"]),
        QueueReplica(queue: "kv.dead-letters", position: .init(term: 1, index: 1)),
      ])
    #expect(QueueReplica.read("end\n") == [])
  }

  /// A broker that is starting says nothing, and one that is killed not all.
  @Test(arguments: [
    "", line("kv.commands.4.0"), "kv.commands.4.0\t1\t1\t0\t\nend\n", "kv.commands.4.0\t1\tx\t0\t\t\nend\n",
  ])
  func whatIsNotWholeIsNoAnswer(text: String) {
    #expect(QueueReplica.read(text) == nil)
  }

  /// A broker that is cut off keeps the consumer of the time before; one whose disk was replaced has no replica at all.
  @Test func theReplicaThatIsFurthestIsRight() throws {
    let texts = [
      Self.line("kv.commands.4.0", term: 3, index: 9, messages: 7, active: "bbb.0"),
      Self.line("kv.commands.4.0", term: 2, index: 40, messages: 1, active: "aaa.0")
        + Self.line("kv.commands.4.1", term: 1, index: 5),
      Self.line("kv.commands.4.0", term: 3, index: 8, messages: 6)
        + Self.line("kv.commands.4.1", term: 1, index: 6, messages: 2),
      "",
    ]
    for order in [texts, texts.reversed()] {
      let newest = QueueReplica.newest(of: try order.map { try #require(QueueReplica.read($0 + "end\n")) })
      #expect(newest.map(\.messages) == [7, 2])
      #expect(newest.first?.activeConsumer == "bbb.0")
    }
  }

  // MARK: The engine

  /// Brokers that print what the test says; `nil`: their command fails.
  private func withBrokers(_ answers: [String?], _ body: (Stack) async throws -> Void) async throws {
    let labels = #"{"com.docker.compose.project":"p","\#(StackLabel.tier)":"rabbitmq"}"#
    let fake = FakeEngine { request in
      let words = request.split { " /?".contains($0) }.map(String.init)
      func number(_ id: String) -> Int { Int(id.split(separator: "-").last ?? "") ?? 0 }
      switch (words[0], words[1], words.last) {
      case ("GET", "containers", "json"):
        return (
          200,
          #"""
          {"Id":"\#(words[2])","Name":"/p-\#(words[2])","Config":{"Labels":\#(labels)},
           "State":{"Status":"running","ExitCode":0,"StartedAt":""}}
          """#
        )
      case ("GET", "containers", _):
        let all = answers.indices.map {
          #"{"Id":"b-\#($0)","Names":["/p-b-\#($0)"],"Image":"i","Labels":\#(labels),"State":"running"}"#
        }
        return (200, "[\(all.joined(separator: ","))]")
      case ("POST", "containers", "exec"): return (201, #"{"Id":"\#(words[2])"}"#)
      case ("POST", "exec", "start"):
        let text = answers[number(words[2])] ?? ""
        let count = String(decoding: [0, 0, 0, UInt8(text.utf8.count)], as: UTF8.self)
        return (200, text.isEmpty ? "" : "\u{1}\0\0\0" + count + text)
      case ("GET", "exec", "json"):
        return (200, #"{"Running":false,"ExitCode":\#(answers[number(words[2])] == nil ? 1 : 0)}"#)
      default: return (500, "{}")
      }
    }
    let engine = DockerEngine(project: "p", socketPath: fake.socketPath)
    defer { engine.shutdown() }
    try await body(Stack(StackConfiguration(home: "/no-such-home", project: "p"), engine: engine))
  }

  /// The first broker has no replica: what is in the queues is not nothing.
  @Test func messagesAreCountedInTheReplicasThatAreFurthest() async throws {
    let far = Self.line("kv.commands.4.0", index: 9, messages: 4) + Self.line("kv.dead-letters", messages: 2) + "end\n"
    try await withBrokers(["end\n", far, nil]) { stack in
      #expect(await stack.queuedMessages() == 4)
      #expect(await stack.deadLetters()?.count == 2)
    }
    try await withBrokers([nil, ""]) { stack in
      #expect(await stack.queuedMessages() == nil)
      #expect(await stack.deadLetters() == nil)
    }
  }
}
