import CapLedger
import ChaosPlan
import Foundation
import Orchestrator
import Stack

/// What happened in a cell. Times are on the monotonic clock.
struct CellLog: Sendable {
  /// When the clients were started.
  var startedAt: Int64 = 0
  var startDate = Date.now
  /// When the traffic ended.
  var endedAt: Int64 = 0
  var flavour = SQLFlavour.patroni
  var settings: [CapRecord.LiveSetting] = []
  var sides: [CapRecord.Side] = []
  var struck: [String] = []
  /// `nil`: the fault was not in effect.
  var struckAt: Int64?
  var healBeganAt: Int64?
  var healedAt: Int64?
  /// What the clients printed, by side; the final reads are `final`.
  var histories: [(side: String, text: String)] = []
  /// Reasons to doubt the cell.
  var problems: [String] = []
  /// Why the cell did not run to its end: then it has no record.
  var interruption: RunMachine.Interruption?
}

/// Runs one cell: performs what `RunMachine` orders, one action after another, and reports back to it. A cell differs
/// from a run by its clients, which are in containers on each side of a partition, and by its judgement.
///
/// Cancelling the task is the interruption: it ends whatever is waited for, the fault is healed, and the log says so.
struct CellRun: Sendable {
  private static let pollInterval = Duration.milliseconds(700)

  private let cell: CapPlanCell
  private let traffic: any CellTraffic
  private let cluster: any CellCluster
  private let clock: any CellClock
  private let progress: @Sendable (RunProgress) -> Void
  /// When the machine's time began.
  private let origin: Int64
  private var machine: RunMachine
  private var log = CellLog()
  private var start: CellStart?
  private var groups: [CapShot.ClientGroup] = []
  private var effect: CellStrike.Effect?

  init(
    cell: CapPlanCell, traffic: any CellTraffic, cluster: any CellCluster, clock: any CellClock,
    progress: @escaping @Sendable (RunProgress) -> Void
  ) {
    self.cell = cell
    self.traffic = traffic
    self.cluster = cluster
    self.clock = clock
    self.progress = progress
    origin = clock.nanoseconds
    machine = Self.machine(for: cell.fault)
  }

  /// A run with one strike, which waits for service before the strike and after the heal.
  static func machine(for fault: CapFault) -> RunMachine {
    let planned = PlannedFault(action: fault.action, selector: fault.selector, duration: fault.duration)
    return RunMachine(
      strikes: [Strike(planned, notBefore: [Strike.Time(.start)])],
      steadyState: SteadyState(before: .seconds(4), after: .zero), safety: SafetySettings(allowMajorityLoss: true),
      patience: RunMachine.Patience(
        quiet: RecoveryWatch.window, steadyLimit: .seconds(25), onset: .seconds(3), recoveryMinimum: .seconds(4),
        recoveryLimit: .seconds(50)))
  }

  /// Runs the cell to its end. In any case the fault is healed, the remedy taken back and the clients removed.
  mutating func run() async -> CellLog {
    let first = await prepare()
    await handle(first)
    while machine.phase != .done {
      // An interruption ends the pause, and is the next event.
      try? await clock.sleep(for: Self.pollInterval)
      let measure = await measure()
      await handle([.tick(measure)])
    }
    // In a task of its own: not abandoned when this one is cancelled.
    let problems = await Task { [traffic, start] in
      await traffic.removeAll()
      return await start?.restore() ?? []
    }.value
    log.problems += problems
    log.interruption = machine.interruption
    return log
  }

  private mutating func handle(_ events: [RunMachine.Event]) async {
    var waiting = events
    while !waiting.isEmpty {
      if Task.isCancelled, machine.interruption == nil, machine.phase != .done {
        waiting.insert(.interrupted(reason: "interrupted"), at: 0)
      }
      let event = waiting.removeFirst()
      let known = machine.obstacle
      let actions = machine.handle(event, at: .nanoseconds(clock.nanoseconds - origin))
      if case .tick = event, let obstacle = machine.obstacle, obstacle != known { log.problems.append(obstacle) }
      for action in actions {
        let events = await perform(action)
        waiting += events
      }
    }
  }

  private mutating func perform(_ action: RunMachine.Action) async -> [RunMachine.Event] {
    switch action {
    case .startTraffic: return await startTraffic()
    case .inject(let fault): return await strike(fault)
    case .heal(let fault): return await heal(fault)
    case .stopTraffic: return await stopTraffic()
    case .settle: return await settle()
    case .judge: return [.judged]
    // The cancellation of the task has reached what is in progress.
    case .cancelInjection, .cancelSettling: return []
    case .drop: preconditionFailure("a cell's strike never comes too late")
    }
  }

  // MARK: Actions

  private mutating func prepare() async -> [RunMachine.Event] {
    do {
      let start = try await cluster.prepare()
      self.start = start
      (log.flavour, log.settings) = (start.status.flavour, start.settings)
      try await traffic.prepare(start.status)
      return [.prepared]
    } catch {
      return [.failed(reason: "\(error)"), .prepared]
    }
  }

  private mutating func startTraffic() async -> [RunMachine.Event] {
    guard let start else { preconditionFailure("the traffic began before the stack was prepared") }
    (log.startedAt, log.startDate) = (clock.nanoseconds, .now)
    do {
      groups = try await traffic.start(start.status)
      return []
    } catch {
      return [.failed(reason: "\(error)")]
    }
  }

  private func measure() async -> LiveMeasure {
    var samples: [[RecoveryWatch.Sample]] = []
    for group in groups { samples.append(await traffic.recent(group)) }
    return RecoveryWatch.measure(samples, now: clock.nanoseconds, origin: origin)
  }

  private mutating func strike(_ fault: Int) async -> [RunMachine.Event] {
    do {
      let strike = try await cluster.strike(groups)
      (log.struck, log.sides) = (strike.struck, strike.sides)
      switch strike.result {
      case .inEffect(let effect):
        self.effect = effect
        log.struckAt = effect.struckAt
        return [.injected(fault: fault, since: effect.struckAt.map { .nanoseconds($0 - origin) })]
      case .failed(let reason):
        log.problems.append("the fault did not strike: \(reason)")
        return [.injectionFailed(fault: fault, reason: reason)]
      }
    } catch {
      return [.failed(reason: "\(error)"), .injectionFailed(fault: fault, reason: "\(error)")]
    }
  }

  private mutating func heal(_ fault: Int) async -> [RunMachine.Event] {
    guard let effect else { preconditionFailure("a fault was healed that was not in effect") }
    let heal = await effect.heal()
    log.healBeganAt = heal.beganAt
    log.healedAt = heal.endedAt ?? clock.nanoseconds
    log.problems += heal.problems
    if !Task.isCancelled { progress(.note("healed; waiting until all clients are served")) }
    return [.healed(fault: fault)]
  }

  private mutating func stopTraffic() async -> [RunMachine.Event] {
    if log.healedAt != nil, machine.recoveredAt == nil {
      progress(.note("not all clients were served when the traffic ended"))
    }
    do {
      let (histories, problems) = try await traffic.stop(groups)
      log.endedAt = clock.nanoseconds
      log.histories = zip(groups.map(\.side), histories).map { ($0, $1) }
      log.problems += problems
      return [.trafficEnded]
    } catch {
      return [.failed(reason: "\(error)"), .trafficEnded]
    }
  }

  private mutating func settle() async -> [RunMachine.Event] {
    do {
      let (status, problems) = try await cluster.quiet()
      log.problems += problems
      let (history, problem) = try await traffic.finish(status)
      log.histories.append(("final", history))
      if let problem { log.problems.append(problem) }
      return [.settled]
    } catch {
      return [.failed(reason: "\(error)"), .settled]
    }
  }
}
