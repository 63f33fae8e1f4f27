import DockerEngine
import Polling

/// The tiers of our own services, which can have any number of containers.
public enum ScalableTier: String, Sendable, Hashable, CaseIterable {
  case api
  case worker

  /// The service's program.
  var command: String { "kv-\(rawValue)" }

  /// Where it serves `/metrics` inside the stack's network: an API beside everything else, a worker by itself.
  var metricsPort: Int {
    switch self {
    case .api: 8080
    case .worker: 9464
    }
  }
}

extension Stack {
  /// The maximum number of containers of a tier: beyond it a mistyped number would bring down the machine.
  public static let scaleLimit = 32

  /// Scales a tier to this many containers with Compose, and waits until all are healthy. Remaining containers are
  /// unchanged; those that are removed get SIGTERM and finish their open work. NGINX adapts by itself (it asks Docker's
  /// DNS), and the broker gives a removed worker's queues to the others.
  ///
  /// - Parameter count: 1...`scaleLimit`.
  /// - Returns: how many of them ran before.
  /// - Throws: `unavailable` when the stack is not up, or they are not healthy within the configuration's limit.
  @discardableResult
  public func scale(_ tier: ScalableTier, to count: Int) async throws(StackError) -> Int {
    precondition((1...Self.scaleLimit).contains(count), "a tier has from 1 to \(Self.scaleLimit) containers")
    let lock = try await claim()
    defer { withExtendedLifetime(lock) {} }
    let deadline = ContinuousClock.now + configuration.limit
    let containers = try await summaries()
    guard let flavour = FlavourChoice.flavour(of: containers) else {
      throw StackError(code: .unavailable, message: "the stack is not up; run `kvchaos up`")
    }
    try await Compose(configuration: configuration, addresses: try await addresses(flavour))
      .scale(tier.rawValue, to: count, flavour)
    let probe = StartProbe(engine: engine)
    let (healthy, all) = try await Poll.until(deadline, every: .milliseconds(250)) { () async throws(StackError) in
      let details = await probe.refresh(try await scalableDetails(tier))
      let healthy = details.count { $0.state.status == .running && $0.state.health ?? .healthy == .healthy }
      return (healthy, details.count)
    } isFinal: {
      $0 == (count, count)
    }
    guard (healthy, all) == (count, count) else {
      throw StackError(
        code: .unavailable,
        message:
          "\(healthy) of \(count) containers of the tier \(tier.rawValue) are healthy after \(configuration.limit.components.seconds) s; see `kvchaos status`"
      )
    }
    return Self.running(tier, in: containers)
  }

  /// How many containers of a tier run now.
  public func runningCount(_ tier: ScalableTier) async throws(StackError) -> Int {
    Self.running(tier, in: try await summaries())
  }

  private static func running(_ tier: ScalableTier, in containers: [ContainerSummary]) -> Int {
    containers.count { $0.labels[StackLabel.tier] == tier.rawValue && $0.status == .running }
  }

  private func scalableDetails(_ tier: ScalableTier) async throws(StackError) -> [ContainerDetail] {
    var details: [ContainerDetail] = []
    for container in try await summaries() where container.labels[StackLabel.tier] == tier.rawValue {
      do throws(DockerEngineError) {
        details.append(try await engine.inspect(container.id))
      } catch {
        guard error.isMissingContainer else { throw StackError(error) }
      }
    }
    return details
  }
}
