import Faults
import Foundation
import Synchronization
import Testing

@testable import Orchestrator

/// How a run and a series are interrupted, and how they take the ledger over.
@Suite struct InterruptionTests {
  /// Work that ends only when it is cancelled.
  private static func wait() async throws -> String {
    let (stream, continuation) = AsyncStream<Void>.makeStream()
    for await _ in stream {}
    continuation.finish()
    try Task.checkCancellation()
    return "not cancelled"
  }

  @Test(.timeLimit(.minutes(1))) func theCallersCancellationEndsTheWorkAndIsPassedOn() async throws {
    let told = Mutex<[String]>([])
    let begun = AsyncStream<Void>.makeStream()
    let task = Task {
      try await Interruption.watch(catchesSignals: false) { reason in
        told.withLock { $0.append(reason) }
      } body: { interruption in
        await #expect(throws: CancellationError.self) {
          try await interruption.cancelling {
            begun.continuation.yield()
            return try await Self.wait()
          }
        }
        // What comes later is cancelled at once.
        await #expect(throws: CancellationError.self) { try await interruption.cancelling { try await Self.wait() } }
        return interruption.reason
      }
    }
    for await _ in begun.stream { break }
    task.cancel()
    #expect(try await task.value == "cancelled")
    #expect(told.withLock { $0 } == ["cancelled"])
  }

  /// Work that must go on to heal is told the reason, and is not cancelled itself.
  @Test(.timeLimit(.minutes(1))) func workThatIsToldIsNotCancelled() async throws {
    let begun = AsyncStream<Void>.makeStream()
    let told = AsyncStream<String>.makeStream()
    let task = Task {
      try await Interruption.watch(catchesSignals: false) { _ in
      } body: { interruption in
        let seen = try await interruption.telling({ told.continuation.yield($0) }) {
          begun.continuation.yield()
          for await reason in told.stream { return [reason, "\(Task.isCancelled)"] }
          return []
        }
        try await interruption.telling({ told.continuation.yield("again: \($0)") }) {}
        return seen
      }
    }
    for await _ in begun.stream { break }
    task.cancel()
    #expect(try await task.value == ["cancelled", "false"])
    // What begins later is told at once.
    for await reason in told.stream {
      #expect(reason == "again: cancelled")
      break
    }
  }

  @Test func withoutAnInterruptionNothingIsCancelled() async throws {
    let (isCancelled, reason) = try await Interruption.watch(catchesSignals: false) { _ in
      Issue.record("nothing interrupts")
    } body: { interruption in
      let value = try await interruption.cancelling { Task.isCancelled }
      return (value, interruption.reason)
    }
    #expect(!isCancelled && reason == nil)
  }

  // MARK: The ledger

  /// A clock that does something in place of sleeping.
  private final class BusyClock: Clock {
    struct Instant: InstantProtocol {
      var offset = Swift.Duration.zero
      func advanced(by duration: Swift.Duration) -> Instant { Instant(offset: offset + duration) }
      func duration(to other: Instant) -> Swift.Duration { other.offset - offset }
      static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private let time = Mutex(Instant())
    private let work: @Sendable () -> Void
    let minimumResolution = Swift.Duration.zero

    init(_ work: @escaping @Sendable () -> Void) { self.work = work }

    var now: Instant { time.withLock { $0 } }

    func sleep(until deadline: Instant, tolerance: Swift.Duration?) async throws {
      time.withLock { $0 = deadline }
      work()
    }
  }

  /// A run that is just ending still holds the ledger: the next one, of either kind, waits for it.
  @Test(arguments: [1, 3, 5]) func aLedgerThatAnEndingRunHoldsIsWaitedFor(sleeps: Int) async throws {
    let path = NSTemporaryDirectory() + "kvchaos-session-\(UUID().uuidString)/undo.jsonl"
    let holder = Mutex<UndoLedger?>(try UndoLedger(path: path))
    let count = Mutex(0)
    let clock = BusyClock {
      let slept = count.withLock { count in
        count += 1
        return count
      }
      if slept == sleeps { holder.withLock { $0 = nil } }
    }
    _ = try await StackSession.ledger(path: path, lock: nil, clock: clock)
    #expect(count.withLock { $0 } == sleeps)
  }

  @Test func aLedgerThatStaysInUseIsAnError() async throws {
    let path = NSTemporaryDirectory() + "kvchaos-session-\(UUID().uuidString)/undo.jsonl"
    let holder = try UndoLedger(path: path)
    let clock = BusyClock {}
    let error = await #expect(throws: FaultError.self) {
      _ = try await StackSession.ledger(path: path, lock: nil, clock: clock)
    }
    #expect(error?.code == .ledgerInUse)
    #expect(clock.now.offset == .seconds(1))
    withExtendedLifetime(holder) {}
  }

  @Test func anotherErrorIsNotTriedAgain() async {
    let error = await #expect(throws: FaultError.self) {
      _ = try await StackSession.ledger(
        path: "/proc/none/undo.jsonl", lock: nil, clock: BusyClock { Issue.record("it waits for nothing") })
    }
    #expect(error?.code == .ledgerUnavailable)
  }
}
