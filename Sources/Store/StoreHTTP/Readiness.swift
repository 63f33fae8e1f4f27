import Escaping
import ServiceLifecycle
import Synchronization

/// The probe of one dependency.
public struct DependencyProbe: Sendable {
  let name: String
  /// Whether the API needs it to be ready. The store works without its cache.
  let isRequired: Bool
  let check: @Sendable () async -> Bool

  public init(name: String, isRequired: Bool, check: @escaping @Sendable () async -> Bool) {
    self.name = name
    self.isRequired = isRequired
    self.check = check
  }
}

/// Probes every dependency once a second, so that a readiness request is answered at once, from the last round. A
/// dependency whose probe hangs counts as down as soon as its timeout has passed, even while the probe continues.
public final class Readiness<C: Clock>: Service where C.Duration == Duration {
  private struct State {
    /// The result of the last probe; false before the first.
    var isUp = false
    /// The start of the probe in progress.
    var askedAt: C.Instant?
  }

  private let probes: [DependencyProbe]
  private let clock: C
  private let timeout: Duration
  private let states: Mutex<[State]>

  /// - Parameters:
  ///   - timeout: how long a probe may take; 3 s, a little longer than what the probes allow themselves.
  public init(probes: [DependencyProbe], clock: C, timeout: Duration = .seconds(3)) {
    self.probes = probes
    self.clock = clock
    self.timeout = timeout
    states = Mutex(Array(repeating: State(), count: probes.count))
  }

  /// Probes until the service is shut down.
  public func run() async throws {
    await cancelWhenGracefulShutdown {
      await withTaskGroup(of: Void.self) { group in
        for index in self.probes.indices {
          group.addTask {
            while !Task.isCancelled {
              await self.ask(index)
              try? await self.clock.sleep(for: .seconds(1))
            }
          }
        }
      }
    }
  }

  /// Probes one dependency once.
  func ask(_ index: Int) async {
    states.withLock { $0[index].askedAt = clock.now }
    let isUp = await probes[index].check()
    states.withLock { $0[index] = State(isUp: isUp) }
  }

  /// Whether every required dependency is up, and a JSON object that names each.
  func report() -> (isReady: Bool, json: String) {
    let now = clock.now
    let ups = states.withLock { states in
      states.map { state in
        state.isUp && (state.askedAt.map { $0.duration(to: now) < timeout } ?? true)
      }
    }
    let isReady = zip(probes, ups).allSatisfy { $1 || !$0.isRequired }
    let parts = zip(probes, ups).map { probe, isUp in
      "\(Escaping.json(probe.name)):{\"status\":\"\(isUp ? "up" : "down")\",\"required\":\(probe.isRequired)}"
    }
    let status = isReady ? "ready" : "not-ready"
    return (isReady, "{\"status\":\"\(status)\",\"dependencies\":{\(parts.joined(separator: ","))}}")
  }
}
