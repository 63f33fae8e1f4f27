import ChaosPlan
import Consistency
import Foundation
import History
import Report
import Stack
import Synchronization
import Workload

/// One run from its first operation to its report: performs the actions of `RunMachine`, and reports events to it.
final class RunSession: Sendable {
  private static let tickInterval = Duration.milliseconds(100)
  /// How long nodes may take after the final reads to do their part again: a standby that is rewound, or copied again.
  private static let nodesLimit = Duration.seconds(40)

  private let runner: Runner
  private let prepared: Runner.Prepared
  private let events: AsyncStream<RunMachine.Event>.Continuation
  private let folder: ResultsFolder
  private let startedAt: Date
  private let seed: UInt64
  private let namespace: String
  private let history: HistoryWriter
  private let statistics: LiveStatistics
  private let checker: OnlineChecker
  private let recorder: Recorder
  private let traffic: Traffic
  private let settlement: Settlement
  private let crew: FaultCrew
  private let faultLog: FaultLog
  private let rule = RecoveryRule()
  /// The state of the final phase, for the live line.
  private let step = Mutex<String?>(nil)
  private let outcome = Mutex<Settlement.Outcome?>(nil)
  private let settling = Mutex<Task<Void, Never>?>(nil)
  /// The injections in progress, by strike.
  private let injecting = Mutex<[Int: Task<Void, Never>]>([:])
  /// What the plan's faults and the seed come to.
  private let strikes: [Strike]

  private var plan: Plan { prepared.plan }

  init(
    runner: Runner, prepared: Runner.Prepared, events: AsyncStream<RunMachine.Event>.Continuation
  ) throws {
    self.runner = runner
    self.prepared = prepared
    self.events = events
    let plan = prepared.plan
    startedAt = .now
    seed = runner.options.seed ?? plan.seed ?? UInt64.random(in: 0..<1 << 53)
    // Keys and operation ids of different runs against one stack must not meet.
    namespace = "r" + String(UInt64(startedAt.timeIntervalSince1970 * 1_000), radix: 36)
    folder = try ResultsFolder(root: runner.options.resultsRoot, plan: plan.name, startedAt: startedAt)
    var random = SplitMix64(seed: seed, stream: 1 << 41)
    strikes = Schedule(plan.faults, using: &random).strikes
    let statistics = LiveStatistics(rule: rule, window: plan.safety.stopWhen?.window ?? .seconds(10))
    self.statistics = statistics
    let checker = OnlineChecker(options: runner.options.checks(cacheTimeToLive: prepared.cacheTimeToLive))
    self.checker = checker
    history = try HistoryWriter(path: folder.file("history.jsonl")) {
      statistics.observe($0)
      checker.record($0)
    }
    let lanes = runner.options.settlement.concurrency
    let clients = plan.workload.clients
    recorder = Recorder(
      store: StoreClient(
        baseURL: prepared.storeURL, connections: clients + lanes, valueBytes: plan.workload.valueBytes),
      history: history, stride: clients + lanes)
    traffic = Traffic(settings: plan.workload, seed: seed, namespace: namespace, recorder: recorder)
    settlement = Settlement(recorder: recorder, firstProcess: clients, limits: runner.options.settlement)
    faultLog = FaultLog(path: folder.file("faults.jsonl"))
    crew = FaultCrew(
      strikes: strikes, safety: plan.safety, seed: seed, namespace: namespace,
      cluster: StackCluster(stack: runner.stack, injector: prepared.injector), history: history, log: faultLog)
    try folder.write(runner.file.text, to: "plan.yml")
    try folder.write("\(seed)\n", to: "seed")
  }

  func run(_ stream: AsyncStream<RunMachine.Event>) async throws -> RunResult {
    runner.progress(.note("plan \(plan.name), seed \(seed), results in \(folder.path)"))
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
    var machine = RunMachine(plan: plan, strikes: strikes, quiet: .seconds(rule.quiet))
    events.yield(.prepared)
    var judged: Judged?
    var lastPhase = machine.phase
    for await event in stream {
      let now = Duration.nanoseconds(history.elapsedNanoseconds)
      if let failure = recorder.failure, machine.interruption == nil {
        perform(machine.handle(.failed(reason: "\(failure)"), at: now))
      }
      let actions = machine.handle(event, at: now)
      if machine.phase != lastPhase {
        lastPhase = machine.phase
        if machine.phase != .done { runner.progress(.phase(machine.phase)) }
      }
      perform(actions)
      if actions.contains(.judge) {
        judged = await judge(machine)
        // Nothing waits for this event any more; the machine's last phase is for completeness.
        _ = machine.handle(.judged, at: now)
      }
      if machine.phase == .done { break }
      show(machine, now)
    }
    events.finish()
    guard let judged else {
      throw OrchestratorError(code: .internalFault, message: "the run ended without a verdict")
    }
    var result = RunResult(
      report: judged.report, folder: folder.path, wasInterrupted: false, failure: judged.failures.first)
    switch machine.interruption {
    case .user: result.wasInterrupted = true
    case .failure(let reason): result.failure = reason
    case nil: break
    }
    return result
  }

  private func tick() async {
    while !Task.isCancelled {
      try? await Task.sleep(for: Self.tickInterval)
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
          runner.progress(.note("healed: \(crew.shortName(fault))"))
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
      runner.progress(.note("struck: \(crew.shortName(fault)) (\(strikes[fault].fault.label))"))
      events.yield(.injected(fault: fault))
    case .skipped(let reason):
      runner.progress(.note("left out: \(strikes[fault].fault.label): \(reason)"))
      events.yield(.skipped(fault: fault))
    case .failed(let reason):
      runner.progress(.note("not injected: \(reason)"))
      events.yield(.injectionFailed(fault: fault, reason: reason))
    }
  }

  private func settle() async {
    let found = await settlement.run { [self] what, done, total in
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
    runner.progress(.live(line))
  }

  // MARK: The verdict

  private struct Judged {
    var report: RunReport
    /// The run's own failures, in sentences.
    var failures: [String]
  }

  /// Decides the verdict and writes the report. Errors on the way are in the report, but do not suppress it: a
  /// violation is always reported.
  private func judge(_ machine: RunMachine) async -> Judged {
    do throws(HistoryError) {
      try history.close()
    } catch {
      runner.progress(.note("the history could not be closed: \(error)"))
    }
    faultLog.close()
    // The checker took every event in as it was recorded: only the decision is left.
    let decision = Decision(checker)
    let decidedAt = history.elapsedNanoseconds
    var failures = [decision.failure].compactMap(\.self)
    async let residue = lookForResidue()
    // A user who interrupts a run does not want to wait for more.
    async let nodes = lookAtNodes(within: machine.interruption == nil ? Self.nodesLimit : .zero)
    // The measurements use the recorded history, read back from its file.
    var recorded: [Event] = []
    do throws(HistoryError) {
      recorded = try RecordedHistory(path: history.path).events
    } catch {
      failures.append("the recorded history cannot be read: \(error)")
    }
    let lastEventAt = recorded.last?.timeNanoseconds
    let logNotes = await saveLogs()
    let obstacle = ([obstacle(machine)].compactMap(\.self) + failures).joined(separator: "; ")
    let record = Judgement.Record(
      plan: plan, path: runner.file.path,
      facts: RunFacts(
        seed: seed, namespace: namespace, startedAt: startedAt.formatted(.iso8601),
        secondsLong: lastEventAt.map { Double($0) / 1e9 } ?? 0, flavour: prepared.flavour.rawValue,
        engine: runner.stack.configuration.engine.description,
        events: recorded.count, verdictSeconds: lastEventAt.map { Double(decidedAt - $0) / 1e9 }),
      phases: phases(machine), faults: crew.reports, events: recorded, residue: await residue, nodes: await nodes,
      settlement: summary(),
      trafficEnd: seconds(machine.start(of: .ending)) ?? 0, recoveredAt: seconds(machine.start(of: .steadyAfter)),
      interruption: interruption(machine), obstacle: obstacle.isEmpty ? nil : obstacle,
      notes: [cacheBound] + logNotes,
      trails: OperationTrails(folder: folder.file("logs")))
    let judgement = Judgement(record, consistency: decision.consistency, rule: rule)
    let files = ReportFiles(report: judgement.report(), timeline: judgement.timeline())
    do throws(ReportError) {
      try files.write(to: folder.path)
      folder.linkLatest()
    } catch {
      runner.progress(.note("\(error)"))
      failures.append("\(error)")
    }
    return Judged(report: files.report, failures: failures)
  }

  /// The bound for P4, so that users can pass the same to `kvchaos check --cache-ttl`.
  private var cacheBound: String {
    let bound = (prepared.cacheTimeToLive + RunOptions.cacheMargin) / .seconds(1)
    return "cached reads may be stale by \(bound.formatted()) s: the cache's time to live, and "
      + "\((RunOptions.cacheMargin / .seconds(1)).formatted()) s for the request that fills it"
  }

  private func lookForResidue() async -> StackSearch {
    do throws(StackError) {
      return .found(try await runner.stack.residue(since: prepared.roster).map(\.description))
    } catch {
      return .impossible("\(error)")
    }
  }

  private func lookAtNodes(within limit: Duration) async -> StackSearch {
    do throws(StackError) {
      return .found(try await runner.stack.lacking(within: limit, since: prepared.roster).map(\.description))
    } catch {
      return .impossible("\(error)")
    }
  }

  private func phases(_ machine: RunMachine) -> [Phase] {
    let starts = machine.phaseStarts.filter { $0.phase != .prepare && $0.phase != .done }
    let ends = starts.dropFirst().map(\.at) + [Duration.nanoseconds(history.elapsedNanoseconds)]
    return zip(starts, ends).filter { $0.0.phase != .verdict }.map { start, end in
      Phase(name: start.phase.rawValue, start: start.at / .seconds(1), end: end / .seconds(1))
    }
  }

  private func summary() -> SettlementSummary? {
    outcome.withLock { outcome in
      outcome.map {
        SettlementSummary(
          acknowledgedWrites: $0.acknowledgedWrites, unknownWrites: $0.unknownWrites,
          refusedWrites: $0.refusedWrites, appliedUnknownWrites: $0.appliedUnknownWrites, keysRead: $0.keys,
          unreadKeys: $0.unreadKeys, unansweredAudits: $0.unansweredAudits, drainSeconds: $0.drain / .seconds(1))
      }
    }
  }

  private func interruption(_ machine: RunMachine) -> String? {
    switch machine.interruption {
    case .user(let reason): "interrupted by \(reason)"
    case .failure(let reason): reason
    case nil: nil
    }
  }

  private func obstacle(_ machine: RunMachine) -> String? {
    machine.obstacle ?? interruption(machine)
  }

  private func seconds(_ duration: Duration?) -> Double? { duration.map { $0 / .seconds(1) } }

  /// Every container's log since the start of the run.
  ///
  /// - Returns: the logs that could not be fetched.
  private func saveLogs() async -> [String] {
    let engine = runner.stack.engine
    guard let containers = try? await engine.containers() else { return ["the containers' logs could not be fetched"] }
    let since = Int64(startedAt.timeIntervalSince1970)
    return await withTaskGroup(of: String?.self) { group in
      for container in containers {
        group.addTask { [folder] in
          do {
            let text = try await engine.logs(container.name, sinceUnixSeconds: since, timestamps: true)
            try folder.write(text, to: "logs/\(container.name).log")
            return nil
          } catch {
            return "the log of \(container.name) could not be fetched: \(error)"
          }
        }
      }
      var notes: [String] = []
      for await note in group { if let note { notes.append(note) } }
      return notes.sorted()
    }
  }
}
