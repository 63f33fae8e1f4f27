import ServiceLifecycle
import StoreBackends
import Synchronization

/// Asks every dependency once a second, so that a readiness request is answered at once from the last round.
final class Readiness: Service {
  struct Probe: Sendable {
    let name: String
    /// Whether the API is not ready without it. The store works without its cache.
    let isRequired: Bool
    let check: @Sendable () async -> Bool
  }

  private let probes: [Probe]
  private let results: Mutex<[Bool]>

  init(probes: [Probe]) {
    self.probes = probes
    results = Mutex(Array(repeating: false, count: probes.count))
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      await withTaskGroup(of: Void.self) { group in
        for (index, probe) in self.probes.enumerated() {
          group.addTask {
            while !Task.isCancelled {
              let isUp = await probe.check()
              self.results.withLock { $0[index] = isUp }
              try? await Task.sleep(for: .seconds(1))
            }
          }
        }
      }
    }
  }

  /// Whether every required dependency is up, and a JSON object that names each.
  func report() -> (isReady: Bool, json: String) {
    let results = results.withLock { $0 }
    let isReady = zip(probes, results).allSatisfy { $1 || !$0.isRequired }
    let parts = zip(probes, results).map { probe, isUp in
      "\(JSONText.quoted(probe.name)):{\"status\":\"\(isUp ? "up" : "down")\",\"required\":\(probe.isRequired)}"
    }
    let status = isReady ? "ready" : "not-ready"
    return (isReady, "{\"status\":\"\(status)\",\"dependencies\":{\(parts.joined(separator: ","))}}")
  }
}
