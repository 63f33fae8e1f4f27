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

/// One cell from its stack's preparation to its log: the work of a course with one strike, and with clients that are in
/// containers on each side of a partition. It does one thing after another.
actor CellRun: CourseWork {
  private static let pollInterval = Duration.milliseconds(700)

  nonisolated let course = Course()
  nonisolated let looksWhileBusy = false
  private let cell: CapPlanCell
  private let traffic: any CellTraffic
  private let cluster: any CellCluster
  private let clock: any CellClock
  private let progress: @Sendable (RunProgress) -> Void
  /// When the machine's time began.
  private let origin: Int64
  private var log = CellLog()
  private var start: CellStart?
  private var groups: [CapShot.ClientGroup] = []
  private var effect: CellStrike.Effect?
  /// Why the strike did not take effect.
  private var strikeFailure: String?

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
  }

  nonisolated var now: Duration { .nanoseconds(clock.nanoseconds - origin) }

  /// Runs the cell to its end. In any case the fault is healed, the remedy taken back and the clients removed.
  func run() async -> CellLog { await course.run(Self.machine(for: cell.fault), by: self) }

  /// A run with one strike, which waits for service before the strike and after the heal.
  static func machine(for fault: CapFault) -> RunMachine {
    let planned = PlannedFault(action: fault.action, selector: fault.selector, duration: fault.duration)
    return RunMachine(
      strikes: [Strike(planned, notBefore: [Strike.Time(.start)])],
      steadyState: SteadyState(before: .seconds(4), after: .zero), safety: SafetySettings(allowMajorityLoss: true),
      limits: RunMachine.Limits(
        quiet: RecoveryWatch.window, steadyLimit: .seconds(25), onset: .seconds(3), recoveryMinimum: .seconds(4),
        recoveryLimit: .seconds(50)))
  }

  func follow(_ machine: RunMachine, hasNewPhase: Bool) {
    guard hasNewPhase, log.healedAt != nil else { return }
    if machine.phase == .recovering { progress(.note("healed; waiting until all clients are served")) }
    if machine.phase == .ending, machine.recoveredAt == nil {
      progress(.note("not all clients were served when the traffic ended"))
    }
  }

  // MARK: The traffic

  func prepare() async throws {
    let start = try await cluster.prepare()
    self.start = start
    (log.flavour, log.settings) = (start.status.flavour, start.settings)
    try await traffic.prepare(start.status)
  }

  func startTraffic() async throws {
    guard let start else { preconditionFailure("the traffic began before the stack was prepared") }
    (log.startedAt, log.startDate) = (clock.nanoseconds, .now)
    groups = try await traffic.start(start.status)
  }

  func look() async -> LiveMeasure {
    try? await clock.sleep(for: Self.pollInterval)
    var samples: [[RecoveryWatch.Sample]] = []
    for group in groups { samples.append(await traffic.recent(group)) }
    return RecoveryWatch.measure(samples, now: clock.nanoseconds, origin: origin)
  }

  func stopTraffic() async throws {
    let (histories, problems) = try await traffic.stop(groups)
    log.endedAt = clock.nanoseconds
    log.histories = zip(groups.map(\.side), histories).map { ($0, $1) }
    log.problems += problems
  }

  func settle() async throws {
    let (status, problems) = try await cluster.quiet()
    log.problems += problems
    let (history, problem) = try await traffic.finish(status)
    log.histories.append(("final", history))
    if let problem { log.problems.append(problem) }
  }

  // MARK: The strike

  func inject(_ strike: Int) async throws -> RunMachine.Event {
    let done = try await cluster.strike(groups)
    (log.struck, log.sides) = (done.struck, done.sides)
    switch done.result {
    case .inEffect(let effect):
      self.effect = effect
      log.struckAt = effect.struckAt
      return .injected(fault: strike, since: effect.struckAt.map { .nanoseconds($0 - origin) })
    case .failed(let reason):
      strikeFailure = reason
      return .injectionFailed(fault: strike, reason: reason)
    }
  }

  nonisolated func drop(_ strike: Int) { preconditionFailure("a cell's strike never comes too late") }

  func heal(_ strike: Int) async {
    guard let effect else { preconditionFailure("a fault was healed that was not in effect") }
    let heal = await effect.heal()
    log.healBeganAt = heal.beganAt
    log.healedAt = heal.endedAt ?? clock.nanoseconds
    log.problems += heal.problems
  }

  // MARK: The end

  func judge(_ machine: RunMachine) async -> CellLog {
    await traffic.removeAll()
    let remains = await start?.restore() ?? []
    // The machine keeps its first obstacle, which may be another.
    let unsaid = strikeFailure.flatMap {
      machine.obstacle?.contains($0) == true ? nil : "the fault did not strike: \($0)"
    }
    log.problems = [machine.obstacle, unsaid].compactMap(\.self) + log.problems + remains
    log.interruption = machine.interruption
    return log
  }
}
