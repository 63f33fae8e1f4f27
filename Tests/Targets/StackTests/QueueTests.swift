import Foundation
import TestSupport
import Testing

@testable import DockerEngine
@testable import Stack

/// What is in the queues, according to all brokers that run.
struct QueueTests {
  private static func line(
    _ queue: String, term: Int = 1, index: Int = 1, messages: Int = 0, active: String = "", consumers: String = ""
  ) -> String {
    "\(queue)\t\(term)\t\(index)\t\(messages)\t\(active)\t\(consumers)\n"
  }

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
    try await body(
      Stack(StackConfiguration(home: "/no-such-home", project: "p", target: StoreTarget.target), engine: engine))
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
