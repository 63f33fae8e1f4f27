import Faults
import Synchronization

/// The inside of containers in memory: limits that are kept, and shells that say what they are told to.
final class FakeInside: ContainerInside {
  private struct World {
    var limits = ContainerLimits(cores: 0, memoryBytes: 0)
    var ignoresLimits = false
    var memoryBytes = 0
    var scripts: [String] = []
  }

  private let world = Mutex(World())
  private let answer: @Sendable (_ script: String, _ limits: ContainerLimits) -> CommandResult

  init(answer: @escaping @Sendable (_ script: String, _ limits: ContainerLimits) -> CommandResult) {
    self.answer = answer
  }

  var scripts: [String] { world.withLock { $0.scripts } }
  var limits: ContainerLimits { world.withLock { $0.limits } }

  /// Limits are taken without a word, and nothing changes.
  func ignoreLimits() { world.withLock { $0.ignoresLimits = true } }
  func hold(_ bytes: Int) { world.withLock { $0.memoryBytes = bytes } }

  func run(_ command: [String], in container: String, timeout: Duration) async throws -> CommandResult {
    let script = command.last ?? ""
    return world.withLock { world in
      world.scripts.append(script)
      return answer(script, world.limits)
    }
  }

  func passesHealthCheck(_ container: String) async throws -> Bool {
    try await run(["health check"], in: container, timeout: .seconds(1)).exitCode == 0
  }

  func limits(of container: String) async throws -> ContainerLimits { limits }
  func memoryBytes(of container: String) async throws -> Int { world.withLock { $0.memoryBytes } }

  func setLimits(_ limits: ContainerLimits, of container: String) async throws {
    world.withLock { if !$0.ignoresLimits { $0.limits = limits } }
  }
}
