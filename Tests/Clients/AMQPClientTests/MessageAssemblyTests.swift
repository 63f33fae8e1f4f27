import Testing

@testable import AMQPClient

struct MessageAssemblyTests {
  @Test func aMessageIsCompleteWithTheLastByteOfItsBody() {
    var assembly = MessageAssembly(tag: 7, isRedelivered: true)
    #expect(assembly.delivery == nil)
    assembly.take(header: 3, replyTo: "q")
    #expect(assembly.delivery == nil)
    assembly.take(body: [1, 2])
    #expect(assembly.delivery == nil)
    assembly.take(body: [3])
    #expect(assembly.delivery == AMQPDelivery(tag: 7, isRedelivered: true, replyTo: "q", body: [1, 2, 3]))
  }

  @Test func anEmptyMessageHasNoBodyFrame() {
    var assembly = MessageAssembly(tag: 1, isRedelivered: false)
    // Without its header, no body tells how long it is.
    assembly.take(body: [])
    #expect(assembly.delivery == nil)
    assembly.take(header: 0, replyTo: nil)
    #expect(assembly.delivery == AMQPDelivery(tag: 1, isRedelivered: false, replyTo: nil, body: []))
  }
}
