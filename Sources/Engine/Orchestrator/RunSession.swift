import ChaosPlan
import Consistency
import Foundation
import History
import Randomness
import Report
import Stack
import Synchronization
import Workload

/// One run from its first operation to its report: performs the actions of `RunMachine`, and reports events to it.
final class RunSession: Sendable {
  private let setup: RunSetup
  private let events: AsyncStream<RunMachine.Event>.Continuation
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
  /// The state of the final phase, for the live line.
  private let step = Mutex<String?>(nil)
  private let outcome = Mutex<Settlement.Outcome?>(nil)
  private let settling = Mutex<Task<Void, Never>?>(nil)
  /// The injections in progress, by strike.
  private let injecting = Mutex<[Int: Task<Void, Never>]>([:])
  /// What the plan's faults and the seed come to.
  private let strikes: [Strike]

  private var plan: Plan { setup.plan }

  init(_ setup: RunSetup, events: AsyncStream<RunMachine.Event>.Continuation) throws {
    self.setup = setup
    self.events = events
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

  func run(_ stream: AsyncStream<RunMachine.Event>) async throws -> RunResult {
    setup.progress(.note("plan \(plan.name), seed \(seed), results in \(folder.path)"))
    let ticker = Task { await tick() }
    do {
      let result = try await steer(stream)
      await end(ticker)
      return result
    } catch {
      await end(ticker)
      throw error
    }
  }

  /// Waits until the ticker is gone: it keeps this session, and with it the ledger's lock.
  private func end(_ ticker: Task<Void, Never>) async {
    ticker.cancel()
    await ticker.value
  }

  /// Hands every event to the machine and performs what it orders, until the run is done.
  private func steer(_ stream: AsyncStream<RunMachine.Event>) async throws -> RunResult {
    var machine = RunMachine(plan: plan, strikes: strikes, quiet: .seconds(setup.rule.quiet))
    events.yield(.prepared)
    var result: RunResult?
    var lastPhase = machine.phase
    for await event in stream {
      let now = Duration.nanoseconds(history.elapsedNanoseconds)
      if let failure = traffic.failure { perform(machine.handle(.failed(reason: "\(failure)"), at: now)) }
      let actions = machine.handle(event, at: now)
      if machine.phase != lastPhase {
        lastPhase = machine.phase
        if machine.phase != .done { setup.progress(.phase(machine.phase)) }
      }
      perform(actions)
      if actions.contains(.judge) {
        result = await judge(RunAccount(machine: machine))
        // Nothing waits for this event any more; the machine's last phase is for completeness.
        _ = machine.handle(.judged, at: now)
      }
      if machine.phase == .done { break }
      show(machine, now)
    }
    events.finish()
    guard let result else {
      throw OrchestratorError(code: .internalFault, message: "the run ended without a verdict")
    }
    return result
  }

  private func tick() async {
    while !Task.isCancelled {
      try? await Task.sleep(for: setup.tickInterval)
      events.yield(.tick(statistics.measure(withLatency: true)))
    }
  }

  private func perform(_ actions: [RunMachine.Action]) {
    for action in actions {
      switch action {
      case .startTraffic:
        Task {
          await traffic.run()
          events.yield(.trafficEnded)
        }
      case .stopTraffic:
        traffic.stop()
      case .inject(let fault):
        let task = Task { await inject(fault) }
        injecting.withLock { $0[fault] = task }
      case .cancelInjection(let fault):
        injecting.withLock { $0[fault]?.cancel() }
      case .drop(let fault):
        crew.skip(fault, "the time for random faults was over")
      case .heal(let fault):
        Task {
          await crew.heal(fault)
          setup.progress(.note("healed: \(crew.shortName(fault))"))
          events.yield(.healed(fault: fault))
        }
      case .settle:
        settling.withLock { $0 = Task { await settle() } }
      case .cancelSettling:
        settling.withLock { $0?.cancel() }
      case .judge:
        break
      }
    }
  }

  private func inject(_ fault: Int) async {
    switch await crew.inject(fault) {
    case .inEffect:
      setup.progress(.note("struck: \(crew.shortName(fault)) (\(strikes[fault].fault.label))"))
      events.yield(.injected(fault: fault))
    case .skipped(let reason):
      setup.progress(.note("left out: \(strikes[fault].fault.label): \(reason)"))
      events.yield(.skipped(fault: fault))
    case .failed(let reason):
      setup.progress(.note("not injected: \(reason)"))
      events.yield(.injectionFailed(fault: fault, reason: reason))
    }
  }

  private func settle() async {
    let found = await traffic.settle { [self] what, done, total in
      step.withLock { $0 = "\(what) \(done)/\(total)" }
    }
    if !Task.isCancelled { outcome.withLock { $0 = found } }
    events.yield(.settled)
  }

  private func show(_ machine: RunMachine, _ now: Duration) {
    let line = LiveLine(
      phase: machine.phase, elapsed: now, inPhase: now - (machine.phaseStarts.last?.at ?? .zero),
      measure: statistics.measure(), openFaults: machine.openFaults.map(crew.shortName),
      step: machine.phase == .settling ? step.withLock { $0 } : nil)
    setup.progress(.live(line))
  }

  // MARK: The verdict

  /// Decides the verdict and writes the report. Errors on the way are in the report, but do not suppress it: a
  /// violation is always reported.
  private func judge(_ account: RunAccount) async -> RunResult {
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
      phases: account.phases(until: .nanoseconds(history.elapsedNanoseconds)), faults: crew.reports, events: recorded,
      residue: await residue, nodes: await nodes,
      settlement: outcome.withLock { $0 }.map { SettlementSummary($0) },
      trafficEnd: account.trafficEnd, recoveredAt: account.recoveredAt,
      interruption: account.interruption, obstacle: account.obstacle(failures),
      notes: [RunOptions.cacheBound(timeToLive: setup.cacheTimeToLive)] + logNotes,
      trails: OperationTrails(folder: folder.file("logs")))
    let judgement = Judgement(record, consistency: decision.consistency, rule: setup.rule)
    let files = ReportFiles(report: judgement.report(), timeline: judgement.timeline())
    do throws(ReportError) {
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
