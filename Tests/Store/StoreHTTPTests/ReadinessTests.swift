import Synchronization
import Testing

@testable import StoreHTTP

@Suite("Readiness")
struct ReadinessTests {
  /// A clock that moves only when a test says so; nothing sleeps on it here.
  final class HandClock: Clock, Sendable {
    struct Instant: InstantProtocol {
      var offset: Duration = .zero
      func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
      func duration(to other: Instant) -> Duration { other.offset - offset }
      static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }
    private let time = Mutex(Instant())
    var now: Instant { time.withLock { $0 } }
    var minimumResolution: Duration { .nanoseconds(1) }
    func sleep(until deadline: Instant, tolerance: Duration?) async throws { fatalError("nothing sleeps here") }
    func advance(by duration: Duration) { time.withLock { $0 = $0.advanced(by: duration) } }
  }

  private static let names = ["rabbitmq", "sql", "redis"]

  private func readiness(down: Set<String>) -> Readiness<HandClock> {
    Readiness(
      probes: Self.names.map { name in
        DependencyProbe(name: name, isRequired: name != "redis") { !down.contains(name) }
      }, clock: HandClock())
  }

  @Test(arguments: [[], ["rabbitmq"], ["sql"], ["redis"], ["sql", "redis"], ["rabbitmq", "sql", "redis"]])
  func eachDependencyShowsAsItIs(_ down: [String]) async {
    let readiness = readiness(down: Set(down))
    for index in Self.names.indices { await readiness.ask(index) }
    let report = readiness.report()
    #expect(report.isReady == down.allSatisfy { $0 == "redis" })
    for name in Self.names {
      let state = down.contains(name) ? "down" : "up"
      #expect(report.json.contains("\"\(name)\":{\"status\":\"\(state)\",\"required\":\(name != "redis")}"))
    }
  }

  @Test func nothingIsUpBeforeItWasAsked() {
    #expect(!readiness(down: []).report().isReady)
  }

  /// A probe that hangs says nothing any more, and so does what it said before.
  @Test(.timeLimit(.minutes(10))) func aProbeThatHangsIsDownAfterItsTime() async {
    let clock = HandClock()
    let gate = AsyncStream<Void>.makeStream()
    let hangs = Mutex(false)
    let readiness = Readiness(
      probes: [
        DependencyProbe(name: "sql", isRequired: true) {
          if hangs.withLock({ $0 }) { for await _ in gate.stream {} }
          return true
        }
      ], clock: clock, timeout: .seconds(3))
    await readiness.ask(0)
    #expect(readiness.report().isReady)
    hangs.withLock { $0 = true }
    // Begins on this very task's thread up to its first suspension, so the probe is under way afterwards.
    let asking = Task.immediate { await readiness.ask(0) }
    clock.advance(by: .milliseconds(2999))
    #expect(readiness.report().isReady)
    clock.advance(by: .milliseconds(1))
    #expect(!readiness.report().isReady)
    gate.continuation.finish()
    await asking.value
    #expect(readiness.report().isReady)
  }
}
