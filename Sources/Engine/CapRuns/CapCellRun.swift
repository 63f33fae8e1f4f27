import CapLedger
import ChaosPlan
import Faults
import Foundation
import HTTPClient
import History
import Orchestrator
import PrettyJSON
import Stack

/// Runs one cell: clients on each side, a steady state, the fault, the heal, the recovery, the final reads, the record.
struct CapCellRun: Sendable {
  let cell: CapPlanCell
  let stack: Stack
  let injector: FaultInjector
  /// The nodes that existed at the start of the series.
  let roster: Roster
  /// Of the results.
  let folder: String
  let seed: UInt64
  let progress: @Sendable (RunProgress) -> Void

  /// Clients of a side. A client waits for its answer, and two of three keys of a Redis Cluster are beyond a cut: with
  /// few clients all would hang on those before the master that was cut off has taken what will be lost. More of them,
  /// each slower, make the same rate.
  private var clientCount: Int { cell.tier == .redis ? 12 : 4 }
  private var intervalMilliseconds: Int {
    switch cell.tier {
    case .redis: 75
    case .rabbitmq, .sql: 25
    case .store: 50
    }
  }
  private static let steadyTime = Duration.seconds(4)
  private static let steadyLimit = Duration.seconds(25)
  /// How long the run waits for the end of the outage after the heal.
  private static let recoveryLimit = Duration.seconds(50)
  private static let wholeLimit = Duration.seconds(90)
  private static let redisRemedy = ["min-replicas-to-write": "1", "min-replicas-max-lag": "2"]

  /// What has happened so far; times are on the monotonic clock.
  private struct Log {
    var struckAt: Int64?
    var healBeganAt: Int64?
    var healedAt: Int64?
    var struck: [String] = []
    var problems: [String] = []
  }

  /// Never throws: in any case the faults are healed and the clients removed.
  func run() async -> CapSeries.Outcome {
    let namespace = "c\(String(UInt32.random(in: 0...UInt32.max), radix: 36))"
    let clients = ClientContainers(
      stack: stack, cell: cell, namespace: namespace, seed: seed, intervalMilliseconds: intervalMilliseconds)
    var remedy: Injection?
    var outcome: CapSeries.Outcome
    do {
      try makeFolder()
      let status = try await waitUntilWhole()
      remedy = try await applyRemedy(status)
      outcome = try await operate(clients, namespace, status)
    } catch {
      outcome = .failed("\(error)")
    }
    // Not abandoned when the task is cancelled.
    let problems = await Task { [remedy] in
      await clients.removeAll()
      guard let remedy else { return [String]() }
      return await injector.heal(remedy).failures.map { "not put back: \($0)" }
    }.value
    for problem in problems { progress(.note(problem)) }
    if case .recorded(var record, let folder) = outcome, !problems.isEmpty {
      record.problems += problems
      outcome = .recorded(record, folder: folder)
      try? write(record)
    }
    return outcome
  }

  // MARK: The run

  private func operate(
    _ clients: ClientContainers, _ namespace: String, _ status: StackStatus
  ) async throws -> CapSeries.Outcome {
    let struckTier = cell.fault.selector.tier ?? .sql
    let http = HTTPClient()
    defer { http.shutdown() }
    let settings = await LiveSettings(stack: stack, http: http).read(struckTier, in: status)
    try await clients.prepare(status)

    let startedAt = Date.now
    let start = MonotonicClock.nanoseconds
    var groups: [CapShot.ClientGroup] = []
    for side in sideNames {
      groups.append(
        try await clients.start(
          side, firstProcess: side == "majority" ? ClientContainers.farProcess : ClientContainers.nearProcess,
          clients: clientCount, status))
    }
    var log = Log()
    if try await !waitUntilServed(groups, clients, since: start, atLeast: Self.steadyTime, limit: Self.steadyLimit) {
      log.problems.append("the clients were not served well before the fault")
    }

    let (sides, fault, injection) = try await strike(groups, namespace, &log)
    if let injection {
      await outlast(groups, clients, since: log.struckAt ?? start)
      let losses = await fault.injector(injector).losses(of: injection)
      log.problems += losses.map { "the fault was not in effect until its heal: \($0)" }
      let report = await fault.injector(injector).heal(injection)
      log.healBeganAt = fault.healBeganAt
      log.healedAt = fault.healedAt ?? MonotonicClock.nanoseconds
      log.problems += report.findings + report.upkeepProblems
      try Task.checkCancellation()
      progress(.note("healed; waiting until all clients are served"))
      let isBack = try await waitUntilServed(
        groups, clients, since: log.healedAt ?? start, atLeast: .seconds(4), limit: Self.recoveryLimit)
      if !isBack { progress(.note("not all clients were served when the traffic ended")) }
    }
    let texts = try await clients.stop(groups, &log.problems)
    let end = MonotonicClock.nanoseconds
    let whole = try await quiet(&log)
    let (final, problem) = try await clients.finish(whole)
    if let problem { log.problems.append(problem) }

    var parts: [[Event]] = []
    for (text, name) in zip(texts + [final], groups.map(\.side) + ["final"]) {
      parts.append(try events(text, name))
    }
    let merged = HistoryMerge.merge(parts + [nemesis(log)], startingAt: start)
    let record = CapRecord(
      tier: cell.tier.rawValue, variant: cell.variant.rawValue, workload: try workload(), fault: cell.fault.name,
      struckTier: struckTier.rawValue, isPartition: cell.fault.partition != nil || cell.fault.isIsolation,
      sides: sides, stride: ClientContainers.stride, struckAt: seconds(log.struckAt, since: start),
      healBeganAt: seconds(log.healBeganAt, since: start), healedAt: seconds(log.healedAt, since: start),
      endedAt: Double(end - start) / 1e9,
      clientTimeout: cell.tier.clientTimeout / .seconds(1), settings: settings,
      bankTotal: cell.workload == .bank ? CapBank.total : nil, flavour: status.flavour.rawValue,
      startedAt: startedAt.formatted(.iso8601), seed: seed, problems: log.problems)
    try write(merged)
    try write(record)
    return .recorded(record, folder: folder)
  }

  /// The clients' sides: both of a partition; no client is on an isolated node's side.
  private var sideNames: [String] {
    if cell.fault.partition != nil { return ["minority", "majority"] }
    return [cell.fault.isIsolation ? "majority" : "all"]
  }

  /// Resolves the targets from the current roles, and strikes.
  private func strike(
    _ groups: [CapShot.ClientGroup], _ namespace: String, _ log: inout Log
  ) async throws -> ([CapRecord.Side], TimedFault, Injection?) {
    // On CockroachDB every table has its own leaseholder: the leaseholder of another table is irrelevant here.
    let table = cell.tier == .sql ? cell.workload.table(namespace) : nil
    let status = try await stack.status(leaderOf: table)
    let shot = try CapShot.aim(cell, in: status, clients: groups, processes: clientCount, seed: seed)
    log.struck = shot.struck
    progress(.note("\(cell.fault.name): \(shot.struck.joined(separator: ", "))"))
    let timed = TimedFault(shot.fault)
    do {
      let injection = try await injector.inject(timed, into: shot.targets)
      log.struckAt = timed.struckAt
      return (shot.sides, timed, injection)
    } catch {
      log.problems.append("the fault did not strike: \(error)")
      return (shot.sides, timed, nil)
    }
  }

  /// As long as the fault is to last, counted from its strike.
  private func outlast(_ groups: [CapShot.ClientGroup], _ clients: ClientContainers, since struck: Int64) async {
    let passed = Duration.nanoseconds(MonotonicClock.nanoseconds - struck)
    switch cell.fault.duration {
    case .fixed(let duration): try? await Task.sleep(for: max(duration - passed, .zero))
    case .untilRecovered(let limit):
      // The watch begins when the outage has.
      _ = try? await waitUntilServed(
        groups, clients, since: struck + 3_000_000_000, atLeast: .seconds(3), limit: max(limit - passed, .zero))
    }
  }

  /// Waits until every side is served well.
  ///
  /// - Parameters:
  ///   - since: on the monotonic clock; what was before does not count.
  ///   - atLeast: the shortest time to wait.
  private func waitUntilServed(
    _ groups: [CapShot.ClientGroup], _ clients: ClientContainers, since start: Int64, atLeast: Duration,
    limit: Duration
  ) async throws -> Bool {
    let begin = ContinuousClock.now
    while true {
      try await Task.sleep(for: .milliseconds(700))
      let passed = begin.duration(to: .now)
      if passed >= atLeast {
        var isServed = true
        for group in groups where isServed {
          let samples = await clients.recent(group)
          isServed = RecoveryWatch.isServed(samples, now: MonotonicClock.nanoseconds, since: start)
        }
        if isServed { return true }
      }
      if passed >= limit { return false }
    }
  }

  /// Waits until all nodes that the cell's clients use are healthy again and nothing is in progress.
  private func quiet(_ log: inout Log) async throws -> StackStatus {
    let status: StackStatus
    do {
      status = try await waitUntilWhole()
    } catch let error as CapRunError {
      log.problems.append(error.message)
      return try await stack.status()
    }
    guard cell.tier == .store else { return status }
    let end = ContinuousClock.now + Self.wholeLimit
    while await stack.queuedMessages() != 0 {
      guard ContinuousClock.now < end else {
        log.problems.append("the queues were not drained in \(Self.wholeLimit)")
        break
      }
      try await Task.sleep(for: .seconds(1))
    }
    return status
  }

  // MARK: Before and after

  /// A remedy that is a setting of the nodes, applied like a fault that is healed.
  private func applyRemedy(_ status: StackStatus) async throws -> Injection? {
    guard cell.variant == .minReplicas else { return nil }
    let nodes = status.nodes.filter { $0.tier == .redis && $0.state.status == .running }
    return try await injector.inject(RedisSettingFault(settings: Self.redisRemedy), into: nodes.map(\.target))
  }

  /// Waits until every node of the cell's tiers runs and counts as a member.
  private func waitUntilWhole() async throws -> StackStatus {
    let tiers: Set<Tier> =
      switch cell.tier {
      case .redis: [.redis]
      case .rabbitmq: [.rabbitmq]
      case .sql: [.sql, .etcd]
      case .store: Set(Tier.allCases)
      }
    let end = ContinuousClock.now + Self.wholeLimit
    while true {
      let status = try await stack.status()
      let gone = stack.missing(from: status, since: roster.nodes(of: tiers))
      let nodes = status.nodes.filter { tiers.contains($0.tier) }
      var missing = Self.unready(nodes, gone: gone)
      if missing == nil { missing = await notJoined(nodes) }
      guard let missing else { return status }
      guard ContinuousClock.now < end else {
        throw CapRunError(code: .unavailable, message: "the stack is not in order after \(Self.wholeLimit): \(missing)")
      }
      try await Task.sleep(for: .seconds(1))
    }
  }

  /// The first node that is not healthy in its tier, as seen from outside; `nil`: none.
  static func unready(_ nodes: [StackNode], gone: [NodeLack]) -> String? {
    gone.first?.description
      ?? nodes.first { $0.state.status != .running || $0.roles.isEmpty }.map { "\($0.name) is \($0.detail)" }
  }

  /// Why a node is not a member yet, according to the node; `nil` when all are.
  private func notJoined(_ nodes: [StackNode]) async -> String? {
    let command = ["bash", "-c", "command -v node-joined >/dev/null || exit 0; node-joined"]
    return await withTaskGroup(of: String?.self) { group in
      for node in nodes where [.redis, .rabbitmq, .sql].contains(node.tier) {
        group.addTask {
          do {
            let result = try await stack.engine.exec(node.container, command, timeout: .seconds(15))
            return result.exitCode == 0 ? nil : "\(node.name): \(result.output.filter { !$0.isNewline })"
          } catch {
            return "\(node.name): \(error)"
          }
        }
      }
      return await group.reduce(nil) { $0 ?? $1 }
    }
  }

  // MARK: Results

  private func makeFolder() throws {
    try? FileManager.default.removeItem(atPath: folder)
    do {
      try FileManager.default.createDirectory(atPath: "\(folder)/clients", withIntermediateDirectories: true)
    } catch {
      throw CapRunError(code: .internalFault, message: "\(folder) cannot be made: \(error.localizedDescription)")
    }
  }

  /// Keeps what a client printed, and reads it.
  private func events(_ text: String, _ name: String) throws -> [Event] {
    let path = "\(folder)/clients/\(name).jsonl"
    do {
      try text.write(toFile: path, atomically: true, encoding: .utf8)
    } catch {
      throw CapRunError(code: .internalFault, message: "\(path) cannot be written: \(error.localizedDescription)")
    }
    return text.isEmpty ? [] : try RecordedHistory(path: path).events
  }

  private func nemesis(_ log: Log) -> [Event] {
    [(log.struckAt, cell.fault.name), (log.healedAt, "heal")].compactMap { time, word in
      time.map {
        Event(
          index: 0, timeNanoseconds: $0, process: .nemesis, kind: .info, function: word,
          value: .list(log.struck.map(Value.string)))
      }
    }
  }

  private func write(_ events: [Event]) throws {
    let file = try HistoryFile(path: "\(folder)/history.jsonl")
    for event in events { try file.append(event) }
    try file.close()
  }

  private func write(_ record: CapRecord) throws {
    do {
      try PrettyJSON.text(record).write(toFile: "\(folder)/record.json", atomically: true, encoding: .utf8)
    } catch {
      throw CapRunError(code: .internalFault, message: "\(folder)/record.json cannot be written: \(error)")
    }
  }

  private func workload() throws -> CapRecord.Workload {
    guard let workload = CapRecord.Workload(rawValue: cell.workload.rawValue) else {
      throw CapRunError(code: .internalFault, message: "the ledger knows no workload \(cell.workload.rawValue)")
    }
    return workload
  }

  private func seconds(_ time: Int64?, since start: Int64) -> Double? { time.map { Double($0 - start) / 1e9 } }
}
