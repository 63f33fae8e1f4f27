import Testing

@testable import Technologies

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
}
