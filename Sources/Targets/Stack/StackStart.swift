import ChaosPlan
import DockerEngine
import Faults
import Polling
import Synchronization

/// One `up`: the checks, Compose, the wait for every container, the first answer.
struct StackStart: Sendable {
  let stack: Stack
  let progress: @Sendable (StackProgress) -> Void

  private var configuration: StackConfiguration { stack.configuration }
  /// For commands that do not depend on the stack's addresses.
  private var compose: Compose { Compose(configuration: configuration) }
  private static let pollInterval = Duration.seconds(1)

  func run() async throws(StackError) -> SQLFlavour {
    let start = ContinuousClock.now
    var existing = try await containersThere()
    try await compose.checkThere()
    let secrets = try await Secrets.ensure(configuration)
    switch Leftovers.found(volumes: try await stack.volumes(), containers: existing, secretsID: secrets.id) {
    case .none: break
    case .running:
      throw StackError(
        code: .unavailable,
        message: "a running stack was created with other secrets than those in \(configuration.secretsFile) "
          + "(another checkout's, or an older version's?); run `kvchaos down`, which deletes that data, then try again")
    case .stopped:
      progress(.note("removing the remains of a stack with other secrets, whose passwords are lost"))
      try await compose.down()
      existing = []
    }
    let flavour = try await FlavourChoice(stack: stack).decide(existing: existing, progress: progress)
    do throws(StackError) {
      // A pull is not a start, and may take as long.
      try await bringUp(flavour, existing: existing, until: .now + configuration.limit)
    } catch {
      guard flavour == .cockroach else { throw error }
      guard configuration.flavour == .auto, FlavourChoice.flavour(of: existing) == nil, !Task.isCancelled else {
        throw StackError(code: error.code, message: "\(error.message)\n\(FlavourChoice.wayOut)")
      }
      // The user did not request CockroachDB, and nothing is lost: the volumes were created only moments ago.
      progress(.note("CockroachDB does not come up: \(error.message)"))
      progress(.note("taking PostgreSQL instead; at once: `kvchaos up --flavour patroni`, or KVCHAOS_SQL=patroni"))
      try await compose.down()
      try await bringUp(.patroni, existing: [], until: .now + configuration.limit)
      progress(.answered(ContinuousClock.now - start))
      return .patroni
    }
    progress(.answered(ContinuousClock.now - start))
    return flavour
  }

  private func bringUp(
    _ flavour: SQLFlavour, existing: [ContainerSummary], until deadline: ContinuousClock.Instant
  ) async throws(StackError) {
    let addresses = try await stack.addresses(flavour)
    let compose = Compose(configuration: configuration, addresses: addresses)
    let model = try await compose.model(flavour)
    try await checkImages(model)
    try await checkPorts(addresses, existing: existing)
    try await start(compose, flavour, until: deadline)
    try await waitUntilItServes(until: deadline)
  }

  // MARK: Checks

  private func containersThere() async throws(StackError) -> [ContainerSummary] {
    let version = try await stack.engineVersion()
    progress(.note("Docker Engine \(version) at \(configuration.engine)"))
    return try await stack.summaries()
  }

  private func checkImages(_ model: Compose.Model) async throws(StackError) {
    for image in model.images {
      if try await stack.hasImage(image) { continue }
      throw StackError(
        code: .unavailable,
        message: "the image \(image) is not on this machine; run `make images` (scripts/bootstrap --images)")
    }
  }

  private func checkPorts(
    _ addresses: StackAddresses, existing: [ContainerSummary]
  ) async throws(StackError) {
    let own = Set(existing.flatMap(\.publishedPorts.values))
    let published = try await stack.publishedPorts()
    for (port, number) in addresses.ports.sorted(by: { $0.value < $1.value }) where !own.contains(number) {
      guard published.contains(number) || PortCheck.isTaken(number) else { continue }
      let holder = published.contains(number) ? "another container" : PortCheck.holder(of: number)
      throw StackError(
        code: .unavailable,
        message:
          "port \(number) of 127.0.0.1 is in use\(holder.map { " by \($0)" } ?? ""); stop the process that uses it, or set "
          + "\(port.variable) to another")
    }
  }

  // MARK: Containers

  private final class Signal: Sendable {
    let isSet = Atomic(false)
  }

  private func start(
    _ compose: Compose, _ flavour: SQLFlavour, until deadline: ContinuousClock.Instant
  ) async throws(StackError) {
    let watch = StartWatch(before: try await stack.details())
    let composeEnded = Signal()
    let result = await withTaskGroup(of: Result<Void, StackError>.self) { group in
      group.addTask {
        do throws(StackError) {
          try await compose.up(flavour)
          composeEnded.isSet.store(true, ordering: .releasing)
          return .success(())
        } catch {
          return .failure(error)
        }
      }
      group.addTask {
        do throws(StackError) {
          try await watchStart(watch, until: deadline) { composeEnded.isSet.load(ordering: .acquiring) }
          return .success(())
        } catch {
          return .failure(error)
        }
      }
      defer { group.cancelAll() }
      for await result in group {
        if case .failure = result { return result }
      }
      return .success(())
    }
    do throws(StackError) {
      try result.get()
    } catch {
      // Compose may be the first to notice a container that died, but the container's own log says more.
      if case .died(let container) = watch.verdict((try? await stack.details()) ?? [], allStarted: false) {
        throw await death(of: container)
      }
      throw error
    }
  }

  private func watchStart(
    _ watch: StartWatch, until deadline: ContinuousClock.Instant, allStarted: @Sendable () -> Bool
  ) async throws(StackError) {
    var shown: [TierProgress] = []
    let probe = StartProbe(engine: stack.engine)
    while true {
      // Check this before reading the containers: afterwards no more of them are created.
      let isComplete = allStarted()
      let containers = await probe.refresh(try await stack.details())
      let lines = watch.progress(containers)
      for line in lines where !shown.contains(line) { progress(.tier(line)) }
      shown = lines
      switch watch.verdict(containers, allStarted: isComplete) {
      case .ready: if isComplete { return }
      case .died(let container): throw await death(of: container)
      case .waiting: break
      }
      guard ContinuousClock.now < deadline, !Task.isCancelled else { throw await notReady(lines, containers) }
      try? await Task.sleep(for: Self.pollInterval)
    }
  }

  private func death(of container: ContainerDetail) async -> StackError {
    let memory = container.wasOutOfMemory ? ", out of memory" : ""
    let code = container.state.exitCode.map { " (exit code \($0)\(memory))" } ?? ""
    let how = container.restartCount >= StartWatch.restartLimit ? "keeps ending" : "ended"
    return StackError(
      code: .unavailable,
      message: "container \(container.name) \(how) at start\(code)\(await lastLines(of: container))")
  }

  private func notReady(_ lines: [TierProgress], _ containers: [ContainerDetail]) async -> StackError {
    let waiting = lines.flatMap(\.waitingFor)
    let first = containers.first { $0.name == waiting.first }
    var message = "the stack was not ready within \(configuration.limit.components.seconds) s"
    if !waiting.isEmpty { message += ": waited for \(waiting.joined(separator: ", "))" }
    if let first {
      if let probe = first.healthOutput?.split(separator: "\n").last {
        message += "\nthe last health check of \(first.name) says: \(probe)"
      }
      message += await lastLines(of: first)
    }
    return StackError(code: .unavailable, message: message)
  }

  private func lastLines(of container: ContainerDetail) async -> String {
    guard let log = try? await stack.engine.logs(container.id, tail: 8) else { return "" }
    let lines = log.split(separator: "\n").map { "\n  \($0)" }.joined()
    return lines.isEmpty ? "; it wrote nothing" : "; its last lines:\(lines)"
  }

  // MARK: The first answer

  /// Waits for an answer of the whole store, and then until every API is ready.
  func waitUntilItServes(until deadline: ContinuousClock.Instant) async throws(StackError) {
    try await waitForAnswer(until: deadline)
    try await waitForEveryAPI(until: deadline)
  }

  private func waitForAnswer(until deadline: ContinuousClock.Instant) async throws(StackError) {
    let url = try await stack.storeURL()
    progress(.note("the store is at \(url)"))
    let probe = StoreProbe(http: stack.http, url: url)
    let reason = await Poll.until(deadline, every: .milliseconds(300)) { () async throws(Never) in
      await probe.ask()
    } isFinal: {
      $0 == nil
    }
    guard let reason else { return }
    throw StackError(
      code: .unavailable,
      message:
        "every container is healthy, but the store did not answer within \(configuration.limit.components.seconds) s: \(reason)"
    )
  }

  private func waitForEveryAPI(until deadline: ContinuousClock.Instant) async throws(StackError) {
    let unready = try await stack.unreadyAPIs(until: deadline)
    guard unready.isEmpty else {
      throw StackError(
        code: .unavailable,
        message: "the store answered, but within \(configuration.limit.components.seconds) s not every API was ready: "
          + unready.map(\.description).joined(separator: "; "))
    }
  }
}
