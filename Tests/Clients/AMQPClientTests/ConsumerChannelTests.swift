import Testing

@testable import AMQPClient

@Suite("A subscription's channel")
struct ConsumerChannelTests {
  private let now = ContinuousClock.now

  private func active(_ queue: AMQPConsumer.Queue = .named("q")) -> ConsumerChannel {
    var channel = ConsumerChannel(queue: queue)
    #expect(channel.tick(now: now) == [.open])
    #expect(channel.tick(now: now).isEmpty)
    var actions = channel.handle(.channelOpened, now: now, nextGeneration: 1)
    if queue == .exclusive {
      #expect(actions == [.declareExclusive])
      actions = channel.handle(.queueDeclared(name: "q"), now: now, nextGeneration: 1)
    }
    #expect(actions == [.setPrefetch])
    #expect(channel.handle(.prefetchSet, now: now, nextGeneration: 1) == [.consume(queue: "q")])
    #expect(channel.handle(.consuming, now: now, nextGeneration: 1) == [.opened(generation: 1, queue: "q")])
    #expect(channel.generation == 1)
    return channel
  }

  @Test(arguments: [AMQPConsumer.Queue.named("q"), .exclusive])
  func opens(_ queue: AMQPConsumer.Queue) { _ = active(queue) }

  @Test func assemblesABodyOfSeveralFrames() {
    var channel = active()
    #expect(channel.handle(.deliver(tag: 4, isRedelivered: true), now: now, nextGeneration: 2).isEmpty)
    let properties = AMQPFrame.Properties(correlationID: nil, replyTo: "r")
    #expect(channel.handle(.header(bodySize: 3, properties), now: now, nextGeneration: 2).isEmpty)
    #expect(channel.handle(.body([1, 2]), now: now, nextGeneration: 2).isEmpty)
    let delivery = AMQPDelivery(tag: 4, isRedelivered: true, replyTo: "r", body: [1, 2, 3])
    #expect(channel.handle(.body([3]), now: now, nextGeneration: 2) == [.delivered(delivery, generation: 1)])
  }

  @Test func anEmptyBodyNeedsNoBodyFrame() {
    var channel = active()
    _ = channel.handle(.deliver(tag: 1, isRedelivered: false), now: now, nextGeneration: 2)
    let actions = channel.handle(.header(bodySize: 0, .init()), now: now, nextGeneration: 2)
    #expect(actions.count == 1)
  }

  @Test func aRefusedChannelComesBackAfterAPause() {
    var channel = active()
    let actions = channel.handle(.channelClosed(reason: "404"), now: now, nextGeneration: 2)
    #expect(actions == [.confirmClose, .closed(generation: 1, reason: "404"), .problem("404")])
    #expect(channel.generation == nil)
    #expect(channel.tick(now: now).isEmpty)
    #expect(channel.tick(now: now + ConsumerChannel.pause) == [.open])
  }

  @Test func aSubscriptionThatIsRenewedIsDeclaredAgain() {
    var channel = active(.exclusive)
    let actions = channel.renew(reason: "gone")
    #expect(actions == [.closed(generation: 1, reason: "gone"), .close, .problem("gone")])
    #expect(channel.renew(reason: "gone").isEmpty)
    #expect(channel.handle(.channelCloseConfirmed, now: now, nextGeneration: 2).isEmpty)
    #expect(channel.tick(now: now + ConsumerChannel.pause) == [.open])
    #expect(channel.handle(.channelOpened, now: now, nextGeneration: 2) == [.declareExclusive])
  }

  @Test func aCancelledSubscriptionClosesItsChannelFirst() {
    var channel = active()
    let actions = channel.handle(.cancelled, now: now, nextGeneration: 2)
    #expect(actions.contains(.close))
    // What is still delivered on the old channel counts no more.
    #expect(channel.handle(.deliver(tag: 1, isRedelivered: false), now: now, nextGeneration: 2).isEmpty)
    #expect(channel.tick(now: now + .seconds(9)).isEmpty)
    _ = channel.handle(.channelCloseConfirmed, now: now, nextGeneration: 2)
    #expect(channel.tick(now: now + ConsumerChannel.pause) == [.open])
  }

  @Test func aLossIsToldOnce() {
    var channel = active()
    #expect(channel.lose(reason: "reset") == [.closed(generation: 1, reason: "reset")])
    #expect(channel.lose(reason: "reset").isEmpty)
    #expect(channel.tick(now: now) == [.open])
  }
}
