import Testing

@testable import Stack

@Suite struct AutoscalerTests {
  private static let policy = Autoscaler.Policy(
    minimum: 1, maximum: 6, highDelay: .milliseconds(500), highQueue: 1_000, lowDelay: .milliseconds(200),
    lowQueue: 100,
    upAfter: .seconds(4), downAfter: .seconds(20), settling: .seconds(8), regretWindow: .seconds(60))

  /// Feeds a sample every two seconds; the workers are as many as it decided.
  private struct Watch {
    var autoscaler: Autoscaler
    var workers: Int
    var time = Duration.zero
    var changes: [(time: Duration, to: Int)] = []

    init(_ workers: Int, policy: Autoscaler.Policy = AutoscalerTests.policy) {
      autoscaler = Autoscaler(policy)
      self.workers = workers
    }

    mutating func see(for duration: Duration, delay: Duration?, queue: Int?) {
      let end = time + duration
      while time < end {
        time += .seconds(2)
        let sample = Autoscaler.Sample(time: time, workers: workers, delay: delay, queue: queue)
        if case .scale(let count, _) = autoscaler.decide(sample) {
          workers = count
          changes.append((time, count))
        }
      }
    }
  }

  @Test func aSlowStoreGetsTwiceAsManyWorkers() {
    var watch = Watch(1)
    watch.see(for: .seconds(4), delay: .milliseconds(500), queue: 10)
    #expect(watch.changes.isEmpty, "too high for two seconds only")
    watch.see(for: .seconds(2), delay: .milliseconds(500), queue: 10)
    #expect(watch.changes.map(\.to) == [2])
    watch.see(for: .seconds(60), delay: .milliseconds(900), queue: 10)
    #expect(watch.changes.map(\.to) == [2, 4, 6])
    // The settling time of 8 s, during which the load has been too high for 4 s already.
    #expect(watch.changes.map(\.time) == [.seconds(6), .seconds(14), .seconds(22)])
  }

  @Test func aLongQueueIsTooMuchAsWell() {
    var watch = Watch(3)
    watch.see(for: .seconds(6), delay: nil, queue: 1_000)
    #expect(watch.changes.map(\.to) == [6])
  }

  @Test func aSpikeChangesNothing() {
    var watch = Watch(2)
    for _ in 0..<10 {
      watch.see(for: .seconds(4), delay: .seconds(3), queue: 5_000)
      watch.see(for: .seconds(2), delay: .milliseconds(300), queue: 500)
    }
    #expect(watch.changes.isEmpty)
  }

  /// Hysteresis: between the thresholds nothing happens, however long it lasts.
  @Test(arguments: [(199, 100), (200, 99), (499, 0), (0, 999)]) func betweenTheThresholdsNothingHappens(
    delay: Int, queue: Int
  ) {
    var watch = Watch(3)
    watch.see(for: .seconds(600), delay: .milliseconds(delay), queue: queue)
    #expect(watch.changes.isEmpty)
  }

  @Test func anIdleStoreLosesOneWorkerAtATime() {
    var watch = Watch(3)
    watch.see(for: .seconds(120), delay: nil, queue: 0)
    #expect(watch.changes.map(\.to) == [2, 1])
    #expect(watch.changes.map(\.time) == [.seconds(22), .seconds(44)])
  }

  /// One odd sample in seven, and the store is idle all the same; one in three, and it is not.
  @Test(arguments: [(7, true), (3, false)]) func oddSamplesDoNotCount(every: Int, isIdle: Bool) {
    var watch = Watch(2)
    for index in 0..<100 {
      let isOdd = index % every == 1
      watch.see(for: .seconds(2), delay: isOdd ? .milliseconds(700) : .milliseconds(50), queue: 3)
    }
    #expect(watch.changes.map(\.to) == (isIdle ? [1] : []))
  }

  @Test func whatNobodyKnowsChangesNothing() {
    var watch = Watch(3)
    watch.see(for: .seconds(600), delay: nil, queue: nil)
    #expect(watch.changes.isEmpty)
    // A slow store is known to be slow, whether its queue is known or not.
    watch.see(for: .seconds(6), delay: .seconds(1), queue: nil)
    #expect(watch.changes.map(\.to) == [6])
  }

  /// Three workers carry the load and two do not: without a memory the third would be stopped every half minute.
  @Test func aStepThatIsTakenBackIsTriedLessAndLessOften() {
    var watch = Watch(3, policy: Autoscaler.Policy(minimum: 1, maximum: 3))
    var downs: [Duration] = []
    for _ in 0..<200 {
      let before = watch.changes.count
      watch.see(
        for: .seconds(2), delay: watch.workers < 3 ? .seconds(1) : .milliseconds(100),
        queue: watch.workers < 3 ? 500 : 10)
      if watch.changes.count > before, watch.workers == 2 { downs.append(watch.time) }
    }
    let pauses = zip(downs, downs.dropFirst()).map { $1 - $0 }
    // Each one is twice as patient as the one before, but for the eight seconds until it is taken back.
    #expect(pauses.prefix(3).map { Int($0 / .seconds(1)) } == [50, 90, 170])
  }

  @Test func aStepThatHoldsIsForgottenAsTheReasonToWait() {
    var watch = Watch(3, policy: Autoscaler.Policy(minimum: 1, maximum: 3))
    watch.see(for: .seconds(22), delay: .milliseconds(100), queue: 0)
    watch.see(for: .seconds(10), delay: .seconds(1), queue: 0)
    #expect(watch.changes.map(\.to) == [2, 3] && watch.autoscaler.patience == .seconds(40))
    watch.see(for: .seconds(44), delay: .milliseconds(100), queue: 0)
    #expect(watch.workers == 2)
    watch.see(for: .seconds(62), delay: .milliseconds(300), queue: 0)
    #expect(watch.autoscaler.patience == .seconds(20))
  }

  @Test(arguments: [(0, 2), (1, 2), (9, 5)]) func theBoundsHoldAtOnce(workers: Int, expected: Int) {
    var watch = Watch(workers, policy: Autoscaler.Policy(minimum: 2, maximum: 5))
    watch.see(for: .seconds(2), delay: nil, queue: nil)
    #expect(watch.workers == expected)
  }

  @Test func neverMoreThanTheMaximum() {
    var watch = Watch(1)
    watch.see(for: .seconds(600), delay: .seconds(60), queue: 1_000_000)
    #expect(watch.workers == 6)
    watch.see(for: .seconds(600), delay: nil, queue: 0)
    #expect(watch.workers == 1)
  }
}
