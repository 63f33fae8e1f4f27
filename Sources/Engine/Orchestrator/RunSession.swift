import ChaosPlan
import Consistency
import Failures
import Foundation
import History
import Randomness
import Report
import Stack
import Synchronization
import Workload

/// One run from its first operation to its report: a course with the plan's strikes and the store's clients.
final class RunSession: CourseWork {
  let course = Course()
  let looksWhileBusy = true
  private let setup: RunSetup
  private let folder: ResultsFolder
  private let startedAt: Date
  private let seed: UInt64
  private let namespace: String
  private let history: HistoryWriter
  private let statistics: LiveStatistics
  private let checker: OnlineChecker
  private let traffic: any RunTraffic
  private let crew: FaultCrew
  private let faultLog: FaultLog
  /// The clients, until no operation is open any more.
  private let clients = Mutex<Task<Void, Never>?>(nil)
  /// The state of the final phase, for the live line.
  private let step = Mutex<String?>(nil)
  private let outcome = Mutex<Settlement.Outcome?>(nil)
  /// What the plan's faults and the seed come to.
  private let strikes: [Strike]

  private var plan: Plan { setup.plan }
  var now: Duration { .nanoseconds(history.elapsedNanoseconds) }

  init(_ setup: RunSetup) throws {
    self.setup = setup
    let plan = setup.plan
    startedAt = .now
    seed = setup.options.seed ?? plan.seed ?? UInt64.random(in: 0..<1 << 53)
    // Keys and operation ids of different runs against one stack must not meet.
    namespace = "r" + String(UInt64(startedAt.timeIntervalSince1970 * 1_000), radix: 36)
    folder = try ResultsFolder(root: setup.options.resultsRoot, plan: plan.name, startedAt: startedAt)
    var random = SplitMix64(seed: seed, stream: .schedule)
    strikes = Schedule(plan.faults, using: &random).strikes
    let statistics = LiveStatistics(rule: setup.rule, window: plan.safety.stopWhen?.window ?? .seconds(10))
    self.statistics = statistics
    let checker = OnlineChecker(options: setup.options.checks(cacheTimeToLive: setup.cacheTimeToLive))
    self.checker = checker
    history = try HistoryWriter(path: folder.file("history.jsonl")) {
      statistics.observe($0)
      checker.record($0)
    }
    traffic = setup.traffic(history, seed, namespace)
    faultLog = FaultLog(path: folder.file("faults.jsonl"))
    crew = FaultCrew(
      strikes: strikes, safety: plan.safety, seed: seed, namespace: namespace, cluster: setup.cluster,
      history: history, log: faultLog)
    try folder.write(setup.file.text, to: "plan.yml")
    try folder.write("\(seed)\n", to: "seed")
  }

  func run() async -> RunResult {
    setup.progress(.note("plan \(plan.name), seed \(seed), results in \(folder.path)"))
    return await course.run(RunMachine(plan: plan, strikes: strikes, quiet: .seconds(setup.rule.quiet)), by: self)
  }

  // MARK: The traffic

  /// The stack was prepared before the session.
  func prepare() {}

  func startTraffic() { clients.withLock { $0 = Task { [traffic] in await traffic.run() } } }

  func stopTraffic() async throws {
    traffic.stop()
    await clients.withLock { $0 }?.value
    try throwFailure()
  }

  func look() async throws -> LiveMeasure {
    try? await Task.sleep(for: setup.tickInterval)
    try throwFailure()
    return statistics.measure(withLatency: true)
  }

  func settle() async throws {
    let found = await traffic.settle { [self] what, done, total in
      step.withLock { $0 = "\(what) \(done)/\(total)" }
    }
    if !Task.isCancelled { outcome.withLock { $0 = found } }
    try throwFailure()
  }

  /// A history with a hole cannot be judged.
  private func throwFailure() throws { if let failure = traffic.failure { throw failure } }

  // MARK: The strikes

  func inject(_ strike: Int) async -> RunMachine.Event {
    switch await crew.inject(strike) {
    case .inEffect:
      setup.progress(.note("struck: \(crew.shortName(strike)) (\(strikes[strike].fault.label))"))
      return .injected(fault: strike)
    case .skipped(let reason):
      setup.progress(.note("left out: \(strikes[strike].fault.label): \(reason)"))
      return .skipped(fault: strike)
    case .failed(let reason):
      setup.progress(.note("not injected: \(reason)"))
      return .injectionFailed(fault: strike, reason: reason)
    }
  }

  func drop(_ strike: Int) { crew.skip(strike, "the time for random faults was over") }

  func heal(_ strike: Int) async {
    await crew.heal(strike)
    setup.progress(.note("healed: \(crew.shortName(strike))"))
  }

  // MARK: The progress

  func follow(_ machine: RunMachine, hasNewPhase: Bool) {
    if hasNewPhase { setup.progress(.phase(machine.phase)) }
    guard machine.phase != .verdict else { return }
    let now = now
    let line = LiveLine(
      phase: machine.phase, elapsed: now, inPhase: now - (machine.phaseStarts.last?.at ?? .zero),
      measure: statistics.measure(), openFaults: machine.openFaults.map(crew.shortName),
      step: machine.phase == .settling ? step.withLock { $0 } : nil)
    setup.progress(.live(line))
  }

  // MARK: The verdict

  /// Decides the verdict and writes the report. Errors on the way are in the report, but do not suppress it: a
  /// violation is always reported.
  func judge(_ machine: RunMachine) async -> RunResult {
    let account = RunAccount(machine: machine)
    do throws(HistoryError) {
      try history.close()
    } catch {
      setup.progress(.note("the history could not be closed: \(error)"))
    }
    faultLog.close()
    // The checker took every event in as it was recorded: only the decision is left.
    let decision = Decision(checker)
    let decidedAt = history.elapsedNanoseconds
    var failures = [decision.failure].compactMap(\.self)
    let cluster = setup.cluster
    async let residue = Self.search { () async throws(StackError) -> [String] in try await cluster.residue() }
    async let nodes = Self.search { () async throws(StackError) -> [String] in
      try await cluster.lacking(within: account.nodesLimit)
    }
    // The measurements use the recorded history, read back from its file.
    var recorded: [Event] = []
    do throws(HistoryError) {
      recorded = try RecordedHistory(path: history.path).events
    } catch {
      failures.append("the recorded history cannot be read: \(error)")
    }
    let lastEventAt = recorded.last?.timeNanoseconds
    let logNotes = await saveLogs()
    let record = Judgement.Record(
      plan: plan, path: setup.file.path,
      facts: RunFacts(
        seed: seed, namespace: namespace, startedAt: startedAt.formatted(.iso8601),
        secondsLong: lastEventAt.map { Double($0) / 1e9 } ?? 0, flavour: setup.flavour, engine: setup.engine,
        events: recorded.count, verdictSeconds: lastEventAt.map { Double(decidedAt - $0) / 1e9 }),
      phases: account.phases(until: now), faults: crew.reports, events: recorded,
      residue: await residue, nodes: await nodes,
      settlement: outcome.withLock { $0 }.map { SettlementSummary($0) },
      trafficEnd: account.trafficEnd, recoveredAt: account.recoveredAt,
      interruption: account.interruption, obstacle: account.obstacle(failures),
      notes: [RunOptions.cacheBound(timeToLive: setup.cacheTimeToLive)] + logNotes,
      trails: OperationTrails(folder: folder.file("logs")))
    let judgement = Judgement(record, consistency: decision.consistency, rule: setup.rule)
    let files = ReportFiles(report: judgement.report(), timeline: judgement.timeline())
    do throws(CommandError) {
      try files.write(to: folder.path)
      folder.linkLatest()
    } catch {
      setup.progress(.note("\(error)"))
      failures.append("\(error)")
    }
    return account.result(files.report, folder: folder.path, failures: failures)
  }

  private static func search(_ look: () async throws(StackError) -> [String]) async -> StackSearch {
    do throws(StackError) {
      return .found(try await look())
    } catch {
      return .impossible("\(error)")
    }
  }

  /// Every container's log since the start of the run.
  ///
  /// - Returns: the logs that could not be fetched.
  private func saveLogs() async -> [String] {
    await setup.cluster.logs(since: Int64(startedAt.timeIntervalSince1970)) { [folder] container, text in
      try folder.write(text, to: "logs/\(container).log")
    }
  }
}
