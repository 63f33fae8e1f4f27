import Testing

/// What the scenarios ask of the queues, by what a broker says of right ones and of wrong ones.
@Suite struct QueueTests {
  private static let right = #"""
    [{"arguments":{"x-delivery-limit":-1,"x-max-length":9,"x-max-length-bytes":99,"x-overflow":"reject-publish",
        "x-queue-type":"quorum","x-single-active-consumer":true},
      "members":["rabbit@rabbitmq-1","rabbit@rabbitmq-2","rabbit@rabbitmq-3"],"name":"kv.commands.4.0","type":"quorum"},
     {"arguments":{"x-delivery-limit":-1,"x-queue-type":"quorum"},
      "members":["rabbit@rabbitmq-1","rabbit@rabbitmq-2","rabbit@rabbitmq-3"],"name":"kv.dead-letters","type":"quorum"},
     {"arguments":{},"name":"amq.gen-1","type":"classic"}]
    """#

  private func lacks(_ json: String) throws -> [String] {
    try StoreUnderTest.queues(Array(json.utf8)).flatMap(\.lacks)
  }

  @Test func whatIsRightLacksNothing() throws {
    #expect(try lacks(Self.right).isEmpty)
  }

  @Test(arguments: [
    (
      #""x-single-active-consumer":true"#, #""x-single-active-consumer":false"#,
      ["kv.commands.4.0: a single active consumer"]
    ),
    (#","x-single-active-consumer":true"#, "", ["kv.commands.4.0: a single active consumer"]),
    (
      #""x-delivery-limit":-1"#, #""x-delivery-limit":20"#,
      ["kv.commands.4.0: no limit of deliveries", "kv.dead-letters: no limit of deliveries"]
    ),
    (#""kv.dead-letters","type":"quorum""#, #""kv.dead-letters","type":"classic""#, ["kv.dead-letters: quorum"]),
    (#""x-max-length-bytes":99,"#, "", ["kv.commands.4.0: a bound of bytes"]),
    (#""x-max-length":9,"#, "", ["kv.commands.4.0: a bound of messages"]),
    (#""x-overflow":"reject-publish""#, #""x-overflow":"drop-head""#, ["kv.commands.4.0: refusal when it is full"]),
    (
      #","rabbit@rabbitmq-3""#, "",
      ["kv.commands.4.0: three replicas", "kv.dead-letters: three replicas"]
    ),
  ])
  func whatIsWrongIsNamed(right: String, wrong: String, lacks: [String]) throws {
    #expect(try self.lacks(Self.right.replacing(right, with: wrong)) == lacks)
  }
}
