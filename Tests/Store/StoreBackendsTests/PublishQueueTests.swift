import Testing

@testable import StoreBackends

@Suite("Commands on their way into messages")
struct PublishQueueTests {
  private let start = ContinuousClock.now

  private func item(_ number: Int, bytes: Int = 10, seconds: Double = 5) -> PublishQueue<Int>.Item {
    PublishQueue<Int>.Item(
      bytes: bytes, sendBy: start + .seconds(seconds), deadline: start + .seconds(5), token: number)
  }

  private func numbers(_ items: [PublishQueue<Int>.Item]) -> [Int] { items.map(\.token) }

  /// As before, but messages may follow each other at once.
  private func unspaced(_ change: (inout PublishQueue<Int>.Limits) -> Void = { _ in }) -> PublishQueue<Int> {
    var limits = PublishQueue<Int>.Limits()
    limits.spacing = .zero
    change(&limits)
    return PublishQueue(limits: limits)
  }

  @Test func messagesKeepTheirDistance() {
    var queue = PublishQueue<Int>()
    #expect(numbers(queue.add(item(1), now: start).message) == [1])
    #expect(queue.settled(.confirmed, now: start + .milliseconds(1)).message.isEmpty)
    let second = queue.add(item(2), now: start + .milliseconds(2))
    #expect(second.message.isEmpty)
    #expect(second.wakeAt == start + .milliseconds(8))
    // One comes back already.
    #expect(queue.add(item(3), now: start + .milliseconds(3)).wakeAt == nil)
    #expect(numbers(queue.timeCame(now: start + .milliseconds(8)).message) == [2, 3])
    // Confirmed later than the distance: what waits leaves with the confirmation.
    #expect(queue.add(item(4), now: start + .milliseconds(9)).message.isEmpty)
    #expect(queue.timeCame(now: start + .milliseconds(16)).message.isEmpty)
    #expect(numbers(queue.settled(.confirmed, now: start + .milliseconds(20)).message) == [4])
    // Quiet since then: at once.
    #expect(queue.settled(.confirmed, now: start + .milliseconds(21)).message.isEmpty)
    #expect(numbers(queue.add(item(5), now: start + .milliseconds(28)).message) == [5])
  }

  @Test func aStallWakesByItself() {
    var queue = PublishQueue<Int>()
    _ = queue.add(item(1), now: start)
    #expect(queue.add(item(2), now: start + .milliseconds(1)).wakeAt == start + .milliseconds(50))
    #expect(numbers(queue.timeCame(now: start + .milliseconds(50)).message) == [2])
  }

  @Test func theFirstCommandLeavesAtOnceAndTheNextShareAMessage() {
    var queue = unspaced()
    #expect(numbers(queue.add(item(1), now: start).message) == [1])
    #expect(queue.add(item(2), now: start).message.isEmpty)
    #expect(queue.add(item(3), now: start).message.isEmpty)
    #expect(numbers(queue.settled(.confirmed, now: start).message) == [2, 3])
    #expect(queue.settled(.confirmed, now: start).message.isEmpty)
    #expect(numbers(queue.add(item(4), now: start).message) == [4])
  }

  @Test func aStalledMessageHoldsBackNobody() {
    var queue = PublishQueue<Int>()
    _ = queue.add(item(1), now: start)
    #expect(queue.add(item(2), now: start + .milliseconds(49)).message.isEmpty)
    #expect(numbers(queue.add(item(3), now: start + .milliseconds(50)).message) == [2, 3])
    // The stall is counted from the last message again.
    #expect(queue.add(item(4), now: start + .milliseconds(60)).message.isEmpty)
  }

  @Test func noMoreThanTheLimitIsUnconfirmed() {
    var queue = unspaced { $0.unconfirmed = 2 }
    _ = queue.add(item(1), now: start)
    _ = queue.add(item(2), now: start + .milliseconds(100))
    #expect(queue.add(item(3), now: start + .milliseconds(200)).message.isEmpty)
    #expect(numbers(queue.settled(.confirmed, now: start + .milliseconds(200)).message) == [3])
  }

  @Test func messagesAreBounded() {
    var queue = unspaced { ($0.commands, $0.bytes) = (2, 100) }
    _ = queue.add(item(0), now: start)
    for number in 1...3 { _ = queue.add(item(number), now: start) }
    _ = queue.add(item(4, bytes: 95), now: start)
    _ = queue.add(item(5, bytes: 500), now: start)
    #expect(numbers(queue.settled(.confirmed, now: start).message) == [1, 2])
    #expect(numbers(queue.settled(.confirmed, now: start).message) == [3])
    #expect(numbers(queue.settled(.confirmed, now: start).message) == [4])
    // One command may be larger than the limit.
    #expect(numbers(queue.settled(.confirmed, now: start).message) == [5])
  }

  @Test func whatWaitedTooLongIsNeverSent() {
    var queue = PublishQueue<Int>()
    _ = queue.add(item(1), now: start)
    _ = queue.add(item(2, seconds: 1), now: start)
    _ = queue.add(item(3), now: start)
    let step = queue.settled(.confirmed, now: start + .seconds(1))
    #expect(numbers(step.expired) == [2])
    #expect(numbers(step.message) == [3])
  }

  @Test func oneTooManyIsRefused() {
    var limits = PublishQueue<Int>.Limits()
    limits.waiting = 1
    var queue = PublishQueue<Int>(limits: limits)
    _ = queue.add(item(1), now: start)
    #expect(queue.add(item(2), now: start).refused.isEmpty)
    #expect(numbers(queue.add(item(3), now: start).refused) == [3])
  }

  /// Brokers that confirm nothing: waiting commands are refused in time as not sent, without any outcome.
  @Test func whoCannotLeaveIsToldInTime() {
    var queue = unspaced { ($0.unconfirmed, $0.silence) = (1, .seconds(60)) }
    _ = queue.add(item(1), now: start)
    #expect(queue.add(item(2, seconds: 2), now: start).wakeAt == start + .seconds(2))
    // There is an earlier wake-up first, then the one for this command.
    #expect(queue.add(item(3, seconds: 3), now: start + .seconds(1)).wakeAt == nil)
    let second = queue.timeCame(now: start + .seconds(2))
    #expect(numbers(second.expired) == [2])
    #expect(second.message.isEmpty)
    #expect(second.wakeAt == start + .seconds(3))
    #expect(numbers(queue.timeCame(now: start + .seconds(3)).expired) == [3])
    #expect(queue.waitingCount == 0)
  }

  @Test func whatDidNotFitIsNotForgotten() {
    var queue = unspaced { ($0.commands, $0.unconfirmed) = (1, 2) }
    _ = queue.add(item(1), now: start)
    for number in 2...4 { _ = queue.add(item(number, seconds: 1), now: start) }
    // The stall lets one more go; the rest has the time until it is refused.
    let step = queue.timeCame(now: start + .milliseconds(50))
    #expect(numbers(step.message) == [2])
    #expect(step.wakeAt == start + .seconds(1))
    #expect(numbers(queue.timeCame(now: start + .seconds(1)).expired) == [3, 4])
  }

  // MARK: queues that confirm nothing

  /// A queue without a quorum: after a second nothing but probes is sent, one at a time, and waiting commands are
  /// refused in time.
  @Test func aSilentQueueGetsNoCommand() {
    var queue = unspaced()
    #expect(numbers(queue.add(item(1), now: start).message) == [1])
    #expect(!queue.isSilent(now: start + .milliseconds(999)))
    let second = queue.add(item(2, seconds: 2.5), now: start + .seconds(1))
    #expect(queue.isSilent(now: start + .seconds(1)))
    #expect(second.message.isEmpty && second.probes)
    #expect(!queue.timeCame(now: start + .seconds(2)).probes, "one is under way")
    let third = queue.timeCame(now: start + .milliseconds(2500))
    #expect(numbers(third.expired) == [2])
    // That the first message's time is over is no answer.
    #expect(queue.settled(.nothing, now: start + .seconds(5)).message.isEmpty)
    #expect(queue.isSilent(now: start + .seconds(5)))
    #expect(queue.add(item(3, seconds: 8), now: start + .seconds(6)).message.isEmpty)
    // An answer is.
    #expect(numbers(queue.probed(.confirmed, now: start + .seconds(7)).message) == [3])
    #expect(!queue.isSilent(now: start + .milliseconds(7500)))
  }

  @Test func probesKeepTheirDistance() {
    var queue = unspaced()
    _ = queue.add(item(1, seconds: 9), now: start)
    #expect(queue.add(item(2, seconds: 9), now: start + .seconds(1)).probes)
    // Without a connection it is not sent.
    let soon = queue.probed(.nothing, now: start + .seconds(1))
    #expect(!soon.probes)
    #expect(queue.timeCame(now: start + .milliseconds(1100)).probes)
  }

  /// Messages that never left, or whose connection broke, say nothing about the queue.
  @Test func aBrokenConnectionIsNoSilence() {
    var queue = unspaced()
    _ = queue.add(item(1), now: start)
    _ = queue.settled(.nothing, now: start + .milliseconds(20))
    #expect(!queue.isSilent(now: start + .seconds(3)))
    #expect(numbers(queue.add(item(2), now: start + .seconds(3)).message) == [2])
  }

  @Test func whoAsksGetsAProbeUnlessAConfirmationHasJustCome() {
    var queue = unspaced()
    #expect(queue.ask(now: start).probes)
    #expect(!queue.ask(now: start + .milliseconds(500)).probes, "one is under way")
    // A probe that is not answered is silence too.
    #expect(queue.isSilent(now: start + .seconds(1)))
    _ = queue.probed(.confirmed, now: start + .milliseconds(1100))
    #expect(!queue.isSilent(now: start + .seconds(9)))
    #expect(!queue.ask(now: start + .seconds(2)).probes)
    #expect(queue.ask(now: start + .milliseconds(2100)).probes)
  }

  /// A full queue refuses what it is sent: nothing more leaves but probes, until one is confirmed.
  @Test func aQueueThatRefusesGetsNoCommand() {
    var queue = unspaced()
    #expect(numbers(queue.add(item(1), now: start).message) == [1])
    #expect(!queue.isSilent(now: start))
    #expect(queue.settled(.refused, now: start + .milliseconds(5)).message.isEmpty)
    #expect(queue.isSilent(now: start + .milliseconds(5)))
    let step = queue.add(item(2, seconds: 1.5), now: start + .milliseconds(6))
    #expect(step.message.isEmpty && step.probes)
    let refused = queue.probed(.refused, now: start + .milliseconds(8))
    #expect(refused.message.isEmpty && !refused.probes)
    // A waiting command is refused in time, and has certainly not been sent.
    #expect(numbers(queue.timeCame(now: start + .seconds(2)).expired) == [2])
    _ = queue.add(item(3), now: start + .seconds(2))
    _ = queue.timeCame(now: start + .seconds(3))
    #expect(numbers(queue.probed(.confirmed, now: start + .seconds(3)).message) == [3])
    #expect(!queue.isSilent(now: start + .seconds(3)))
  }
}
