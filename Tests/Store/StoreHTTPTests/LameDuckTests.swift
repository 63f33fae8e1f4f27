import Logging
import ServiceLifecycle
import Synchronization
import Testing

@testable import StoreHTTP

@Suite struct LameDuckTests {
  /// A server that says when it is told to end.
  private struct Server: Service {
    var told: @Sendable () -> Void

    func run() async throws {
      try await gracefulShutdown()
      told()
    }
  }

  private final class Steps: Sendable {
    private let steps = Mutex<[String]>([])
    func add(_ step: String) { steps.withLock { $0.append(step) } }
    var all: [String] { steps.withLock { $0 } }
  }

  @Test func theServerIsToldToEndOnlyAfterTheWait() async throws {
    let steps = Steps()
    let (waiting, waits) = AsyncStream<Void>.makeStream()
    let (going, goes) = AsyncStream<Void>.makeStream()
    let duck = LameDuck {
      steps.add("wait")
      waits.finish()
      for await _ in going {}
      steps.add("waited")
    }
    let group = ServiceGroup(
      services: [
        Server {
          steps.add("server ends")
          waits.finish()
        }, duck,
      ], logger: Logger(label: "test"))
    async let run: Void = group.run()
    await group.triggerGracefulShutdown()
    for await _ in waiting {}
    #expect(steps.all == ["wait"])
    goes.finish()
    try await run
    #expect(steps.all == ["wait", "waited", "server ends"])
  }
}
