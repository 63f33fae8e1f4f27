import DockerEngine
import Faults
import HTTPClient

/// The processor time of one kind of container.
public struct ProcessorTime: Sendable, Hashable {
  public var containers: Int
  /// Since the containers started, all together.
  public var nanoseconds: UInt64

  public init(containers: Int, nanoseconds: UInt64) {
    self.containers = containers
    self.nanoseconds = nanoseconds
  }
}

extension Stack {
  /// The processor time that every kind of container has used so far, by the name without its number: `api`, `haproxy`.
  /// Stopped containers are left out.
  public func processorTime() async throws(StackError) -> [String: ProcessorTime] {
    let prefix = "\(configuration.project)-"
    let found = try await runningContainers()
    let times = await withTaskGroup(of: (String, UInt64?).self) { group in
      for container in found {
        group.addTask { (container.name, try? await engine.processorNanoseconds(of: container.id)) }
      }
      return await group.reduce(into: [(String, UInt64?)]()) { $0.append($1) }
    }
    return times.reduce(into: [:]) { sums, time in
      guard let nanoseconds = time.1 else { return }
      let name = time.0.hasPrefix(prefix) ? time.0.dropFirst(prefix.count) : time.0[...]
      let parts = name.split(separator: "-")
      let kind = parts.last.map { Int($0) != nil && parts.count > 1 } == true ? parts.dropLast() : parts[...]
      var sum = sums[kind.joined(separator: "-")] ?? ProcessorTime(containers: 0, nanoseconds: 0)
      sum.containers += 1
      sum.nanoseconds += nanoseconds
      sums[kind.joined(separator: "-")] = sum
    }
  }

  /// The `/metrics` of each running API or worker, by its container's name. Services that do not answer are left out.
  public func metrics(of tier: ScalableTier) async throws(StackError) -> [String: PrometheusText] {
    let found = try await runningContainers().filter { $0.labels[StackLabel.tier] == tier.rawValue }
    return await withTaskGroup(of: (String, String?).self) { group in
      for container in found {
        group.addTask { (container.name, await metrics(of: container.id, tier)) }
      }
      return await group.reduce(into: [:]) { $0[$1.0] = $1.1.flatMap { try? PrometheusText(parsing: $0) } }
    }
  }

  /// Over the network where this machine reaches the container, which costs the service next to nothing; else by a
  /// process in the container, which costs more than the answer.
  private func metrics(of container: String, _ tier: ScalableTier) async -> String? {
    if let address = try? await engine.inspect(container).addresses.first(where: { !$0.isEmpty }) {
      let request = HTTPRequest(
        method: "GET", url: "http://\(address):\(tier.metricsPort)/metrics", connectTimeoutMilliseconds: 300,
        timeoutMilliseconds: 2_000)
      if let response = try? await http.send(request), response.status == 200 { return response.text }
    }
    guard let result = try? await engine.exec(container, [tier.command, "metrics"]), result.exitCode == 0 else {
      return nil
    }
    return result.output
  }

  /// Each running worker's histogram of the time from the acceptance of a write to its commit in SQL, in seconds.
  public func persistDelays() async throws(StackError) -> [String: BucketCounts] {
    try await metrics(of: .worker).compactMapValues { $0.histogram("kv_write_persist_delay_seconds") }
  }

  private func runningContainers() async throws(StackError) -> [ContainerSummary] {
    try await summaries().filter { $0.status == .running }
  }
}
