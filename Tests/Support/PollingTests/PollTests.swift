import Polling
import Synchronization
import Testing

struct PollTests {
  /// A clock on which every sleep is over at once, and has taken its time.
  final class QuickClock: Clock {
    typealias Instant = ContinuousClock.Instant

    private let time: Mutex<Instant>
    let start = ContinuousClock.now

    init() { time = Mutex(start) }

    var now: Instant { time.withLock { $0 } }
    var minimumResolution: Duration { .zero }
    var passed: Duration { now - start }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
      try Task.checkCancellation()
      time.withLock { $0 = max($0, deadline) }
    }
  }

  /// How a wait ended.
  struct End: Hashable {
    /// Looks, the last one among them.
    var looks: Int
    var passed: Duration
  }

  private func looks(_ limit: Duration, every pause: Duration, finalAt last: Int) async -> End {
    let clock = QuickClock()
    var count = 0
    let found = await Poll.until(clock.start + limit, every: pause, clock: clock) { () async throws(Never) -> Int in
      count += 1
      return count
    } isFinal: {
      $0 == last
    }
    return End(looks: found, passed: clock.passed)
  }

  @Test(arguments: [
    (Duration.seconds(10), 1, Duration.zero), (.seconds(10), 2, .seconds(3)), (.seconds(10), 4, .seconds(9)),
    // Already late: one look.
    (.zero, 1, .zero), (.seconds(-5), 1, .zero),
  ])
  func endsWithTheLookThatIsFinal(_ limit: Duration, _ last: Int, _ passed: Duration) async {
    #expect(await looks(limit, every: .seconds(3), finalAt: last) == End(looks: last, passed: passed))
  }

  @Test(arguments: [
    // The look at 9 s is in time for a pause, that at 12 s is the last.
    (Duration.seconds(10), 5, Duration.seconds(12)), (.seconds(9), 4, .seconds(9)), (.seconds(8), 4, .seconds(9)),
    (.zero, 1, .zero), (.seconds(-5), 1, .zero),
  ])
  func endsInVainWhenTheTimeIsUp(_ limit: Duration, _ last: Int, _ passed: Duration) async {
    #expect(await looks(limit, every: .seconds(3), finalAt: 99) == End(looks: last, passed: passed))
  }

  @Test func aCancelledTaskLooksOnce() async {
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return await looks(.seconds(10), every: .seconds(3), finalAt: 99)
    }
    #expect(await task.value == End(looks: 1, passed: .zero))
  }

  struct Broken: Error {}

  @Test func anErrorEndsTheWait() async {
    var count = 0
    let clock = QuickClock()
    await #expect(throws: Broken.self) {
      try await Poll.until(clock.start + .seconds(60), every: .seconds(3), clock: clock) {
        count += 1
        if count == 3 { throw Broken() }
      } isFinal: {
        false
      }
    }
    #expect(count == 3)
  }
}
