import Testing

@testable import PacketFaults

@Suite struct MessageTests {
  /// Byte by byte, after the kernel's headers.
  @Test func aRuleMessage() {
    let messages = RuleMessages.queueRule(table: "kvchaos_1", chain: "delay", queue: 0x1234)
    #expect(messages.count == 3)
    #expect(messages[0].bytes == [20, 0, 0, 0, 16, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10])
    #expect(messages[2].bytes == [20, 0, 0, 0, 17, 0, 1, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10])
    let target =
      attribute(1, zeroEnded("NFQUEUE")) + attribute(2, [0, 0, 0, 3])
      + attribute(3, [0x34, 0x12, 1, 0, 1, 0, 0, 0])
    let expression = attribute(1, zeroEnded("target")) + attribute(2, target, isNested: true)
    let list = attribute(1, expression, isNested: true)
    let rule: [UInt8] =
      attribute(1, zeroEnded("kvchaos_1")) + attribute(2, zeroEnded("delay")) + attribute(4, list, isNested: true)
    let header: [UInt8] = [UInt8(20 + rule.count), 0, 0, 0, 6, 10, 5, 12, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]
    #expect(messages[1].bytes == header + rule)
  }

  private func zeroEnded(_ text: String) -> [UInt8] { Array(text.utf8) + [0] }

  /// Length, type, value, padding.
  private func attribute(_ type: UInt8, _ value: [UInt8], isNested: Bool = false) -> [UInt8] {
    let padding = [UInt8](repeating: 0, count: (4 - value.count % 4) % 4)
    return [UInt8(4 + value.count), 0, type, isNested ? 0x80 : 0] + value + padding
  }

  @Test func aVerdict() {
    let message = PacketQueue.verdict(
      PacketQueue.Packet(id: 258, lengthBytes: 9), accepts: true, queue: 7, sequence: 5)
    #expect(
      message.bytes == [
        32, 0, 0, 0, 1, 3, 1, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 12, 0, 2, 0, 0, 0, 0, 1, 0, 0, 1, 2,
      ])
  }

  @Test func packetsAreReadFromWhatTheKernelSends() throws {
    var message = NetlinkMessage(.queue, type: 0, flags: [], sequence: 0, family: 2, resource: 7)
    message.attribute(1, [0, 0, 1, 2, 8, 0, 3])
    message.attribute(10, [UInt8](repeating: 1, count: 40))
    message.attribute(13, big: 1_500)
    var short = NetlinkMessage(.queue, type: 0, flags: [], sequence: 0, family: 2, resource: 7)
    short.attribute(1, [0, 0, 0, 9, 8, 0, 3])
    short.attribute(10, [1, 2, 3])
    let bytes = message.bytes + short.bytes
    let packets = NetlinkAnswer.all(in: bytes[...]).compactMap(PacketQueue.packet)
    #expect(
      packets == [.init(id: 258, lengthBytes: 1_500), .init(id: 9, lengthBytes: 3)])
    // Cut anywhere, it is no more than what is whole, and never a trap.
    for length in 0..<bytes.count {
      let found = NetlinkAnswer.all(in: bytes[..<length]).compactMap(PacketQueue.packet)
      #expect(found == Array(packets.prefix(length >= message.bytes.count ? 1 : 0)))
    }
  }

  @Test func errorsAndAcknowledgements() {
    func error(_ number: Int32) -> NetlinkAnswer {
      NetlinkAnswer(type: 2, sequence: 1, body: withUnsafeBytes(of: -number) { Array($0) } + [0, 0])
    }
    #expect(error(0).errorNumber == 0)
    #expect(error(2).errorNumber == 2)
    #expect(NetlinkAnswer(type: 0x300, sequence: 1, body: [1, 2, 3, 4]).errorNumber == nil)
  }

  @Test func echoMessages() {
    let request = EchoMessage.request(sequence: 0x0102, sizeBytes: 10)
    #expect(request == [8, 0, 0, 0, 0, 0, 1, 2, 0x6B, 0x6B])
    #expect(EchoMessage.answerSequence(request) == nil)
    #expect(EchoMessage.answerSequence([0] + request.dropFirst()) == 0x0102)
    #expect(EchoMessage.answerSequence([0, 0, 0]) == nil)
  }

  @Test func nameQuestions() throws {
    let question = try #require(NameQuestion(name: "api.local", id: 0x0203))
    #expect(
      question.bytes == [2, 3, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 3] + "api".utf8 + [5] + "local".utf8 + [0, 0, 1, 0, 1])
    var answer = question.bytes
    #expect(!question.isAnswered(by: answer))
    answer[2] |= 0x80
    #expect(question.isAnswered(by: answer))
    answer[1] = 9
    #expect(!question.isAnswered(by: answer))
    #expect(NameQuestion(name: "a..b", id: 1) == nil)
    #expect(NameProbe.server(in: "# x\nsearch a\nnameserver 127.0.0.11\nnameserver 1.1.1.1\n") == "127.0.0.11")
    #expect(NameProbe.server(in: "") == nil)
  }

  @Test func aResultIsALine() {
    var result = EchoProbe.Result(address: "10.0.0.1")
    result.sent = 3
    #expect(result.description == "10.0.0.1 sent=3 received=0")
    result.roundTripsMicroseconds = [90, 70, 80]
    result.spanMicroseconds = 500
    #expect(result.description == "10.0.0.1 sent=3 received=3 median_us=80 span_us=500")
  }
}
