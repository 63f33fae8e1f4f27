import Faults
import Synchronization

/// Containers in memory, with every call recorded and refusals on demand.
final class FakeRuntime: ContainerRuntime {
  struct Missing: ContainerRuntimeError {
    let isMissingContainer = true
    let isEngineAway = false
  }

  struct Away: ContainerRuntimeError {
    let isMissingContainer = false
    let isEngineAway = true
  }

  struct Refusal: Error, CustomStringConvertible {
    let description = "the engine refuses"
  }

  private struct World {
    var status: [String: ContainerState.Status]
    var starts: [String: Int] = [:]
    var calls: [String] = []
    /// Calls (`start redis-1`) that are refused this many times.
    var refusals: [String: Int] = [:]
    /// Containers that end by themselves after this many more looks.
    var looksLeft: [String: Int] = [:]
    /// This many calls find no engine.
    var awayCalls = 0
    /// Calls that do nothing.
    var ignored: Set<String> = []
  }

  private let world: Mutex<World>

  init(_ status: [String: ContainerState.Status]) {
    world = Mutex(World(status: status))
  }

  var calls: [String] { world.withLock { $0.calls } }

  func refuse(_ call: String, times: Int = .max) { world.withLock { $0.refusals[call] = times } }
  func loseEngine(forCalls count: Int) { world.withLock { $0.awayCalls = count } }
  /// As an engine does that is restarted: it stops everything.
  func stopAll() { world.withLock { $0.status = $0.status.mapValues { _ in .exited } } }
  /// A stop whose caller is gone: it takes its time.
  func end(_ container: String, afterLooks count: Int) { world.withLock { $0.looksLeft[container] = count } }
  func ignore(_ call: String) { world.withLock { _ = $0.ignored.insert(call) } }
  /// As if a user removed it by hand.
  func remove(_ container: String) { world.withLock { $0.status[container] = nil } }
  func status(_ container: String) -> ContainerState.Status? { world.withLock { $0.status[container] } }

  private static func findEngine(_ world: inout World) throws {
    guard world.awayCalls > 0 else { return }
    world.awayCalls -= 1
    throw Away()
  }

  private func act(_ call: String, _ container: String, _ status: ContainerState.Status) throws {
    try world.withLock { world in
      try Self.findEngine(&world)
      guard world.status[container] != nil else { throw Missing() }
      let name = "\(call) \(container)"
      world.calls.append(name)
      if let left = world.refusals[name], left > 0 {
        world.refusals[name] = left - 1
        throw Refusal()
      }
      guard !world.ignored.contains(name) else { return }
      // As the engine: what is not paused is not made to run by this.
      if call == "unpause", world.status[container] != .paused { return }
      if call == "start" { world.starts[container, default: 0] += 1 }
      world.status[container] = status
    }
  }

  func kill(container: String, signal: String) async throws { try act("kill", container, .exited) }
  func start(container: String) async throws { try act("start", container, .running) }
  func stop(container: String, timeoutSeconds: Int) async throws { try act("stop", container, .exited) }
  func pause(container: String) async throws { try act("pause", container, .paused) }
  func unpause(container: String) async throws { try act("unpause", container, .running) }

  func state(of container: String) async throws -> ContainerState {
    try world.withLock { world in
      try Self.findEngine(&world)
      if let left = world.looksLeft[container] {
        world.looksLeft[container] = left > 0 ? left - 1 : nil
        if left == 0 { world.status[container] = .exited }
      }
      guard let status = world.status[container] else { throw Missing() }
      return ContainerState(
        status: status, health: nil, exitCode: status == .exited ? 137 : nil,
        startedAt: "start \(world.starts[container, default: 0])")
    }
  }
}

/// A clock on which sleeping takes no time.
struct ImmediateClock: Clock {
  struct Instant: InstantProtocol {
    var offset: Duration = .zero
    func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
    func duration(to other: Instant) -> Duration { other.offset - offset }
    static func < (first: Instant, second: Instant) -> Bool { first.offset < second.offset }
  }

  var now: Instant { Instant() }
  var minimumResolution: Duration { .zero }
  func sleep(until deadline: Instant, tolerance: Duration?) async throws {
    try Task.checkCancellation()
    await Task.yield()
  }
}
