import Foundation
import Testing

@testable import Stack

struct DeadLettersTests {
  /// As RabbitMQ 4 answers `POST /api/queues/%2F/kv.dead-letters/get` (without the fields that are not used).
  static let answer = """
    [
      {"payload_bytes": 2, "redelivered": true, "properties": {"type": "dead: kv.commands.4.3: The message ends within the kind.", "delivery_mode": 2}, "payload": "CQ==", "payload_encoding": "base64"},
      {"payload_bytes": 9, "redelivered": false, "properties": [], "payload": "eA==", "payload_encoding": "base64"},
      {"payload_bytes": 9, "redelivered": false, "properties": {"type": "dead: kv.commands.4.0: The message has wire version 9: no"}, "payload": "eA==", "payload_encoding": "base64"}
    ]
    """

  private func letters() throws -> DeadLetters {
    DeadLetters(
      count: 3, messages: try JSONDecoder().decode([DeadLetters.Message].self, from: Data(Self.answer.utf8)))
  }

  @Test func theNewestComeFirstWithTheirReasons() throws {
    #expect(
      try letters().newest == [
        .init(queue: "kv.commands.4.0", reason: "The message has wire version 9: no"),
        .init(queue: "unknown", reason: "not put there by a worker"),
        .init(queue: "kv.commands.4.3", reason: "The message ends within the kind."),
      ])
  }

  @Test func theStatusListsThem() throws {
    var status = StackStatus(flavour: .patroni, nodes: [])
    #expect(!status.table.contains("Dead letters"))
    status.deadLetters = DeadLetters(count: 0, messages: [])
    #expect(!status.table.contains("Dead letters"))
    #expect(try status.json().contains("\"count\" : 0"))
    status.deadLetters = try letters()
    #expect(
      status.table.hasSuffix(
        """
        Dead letters: 3 in kv.dead-letters
          kv.commands.4.0: The message has wire version 9: no
          unknown: not put there by a worker
          kv.commands.4.3: The message ends within the kind.
        """))
    #expect(try status.json().contains("\"reason\" : \"The message ends within the kind.\""))
    // Nothing of a message's content.
    #expect(try !status.json().contains("CQ=="))
  }
}
