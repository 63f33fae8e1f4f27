import Testing

@testable import RedisClient

@Suite("The circuit breaker")
final class CircuitTests {
  private let start = ContinuousClock.now
  private var circuit = Circuit(pause: .milliseconds(100), pauseMaximum: .milliseconds(250))

  /// Times are milliseconds after the start.
  private func admits(_ time: Int) -> Bool { circuit.admits(now: start + .milliseconds(time)) }
  private func fails(_ time: Int) { circuit.failed(now: start + .milliseconds(time)) }

  @Test func opensLongerWithEachFailure() {
    #expect(admits(0))
    fails(0)
    #expect(!admits(99))
    // A failure of what was under way does not prolong it.
    fails(50)
    #expect(admits(100))
    fails(100)
    #expect(!admits(299))
    #expect(admits(300))
    fails(300)
    #expect(!admits(549))
    #expect(admits(550))
    circuit.succeeded()
    fails(1000)
    #expect(admits(1100))
  }

  @Test func halfOpenAdmitsOneProbe() {
    fails(0)
    #expect(admits(100))
    // However long the probe takes, no other command tries.
    #expect(!admits(100))
    #expect(!admits(60_000))
    circuit.succeeded()
    #expect(circuit.isClosed)
    #expect(admits(60_000))
    #expect(admits(60_000))
  }

  @Test func tellsSinceWhenNothingSucceeds() {
    #expect(circuit.brokenSince == nil)
    fails(10)
    fails(20)
    #expect(admits(200))
    fails(300)
    #expect(circuit.brokenSince == start + .milliseconds(10))
    #expect(admits(1000))
    circuit.succeeded()
    #expect(circuit.brokenSince == nil)
  }

  @Test func aFailedProbeOpensAnew() {
    fails(0)
    #expect(admits(1000))
    fails(2000)
    #expect(!admits(2000))
    #expect(!admits(2199))
    #expect(admits(2200))
  }
}
