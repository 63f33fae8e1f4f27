import CapLedger
import Failures
import Faults
import Orchestrator
import Stack
import Synchronization
import Testing

@testable import CapRuns
@testable import ChaosPlan

/// A cell's course on a stack and clients that are made up, on a clock that moves only when something waits.
@Suite(.timeLimit(.minutes(10))) struct CellRunTests {
  @Test func aCellGoesThroughItsPhases() async {
    let bench = CellBench()
    let log = await bench.run()
    #expect(bench.calls == CellBench.whole)
    #expect(log.interruption == nil)
    #expect(log.problems.isEmpty)
    #expect(log.histories.map(\.side) == ["minority", "majority", "final"])
    #expect(log.settings.map(\.name) == ["ttl"])
    #expect(log.struck == ["sql-2"])
  }

  /// It strikes after the steady state, stays as long as the plan says, and the traffic goes on after the heal.
  @Test func thePhasesLastAsLongAsTheyMust() async throws {
    let log = await CellBench(isServed: { !(10..<14).contains($0) }).run()
    let struck = try #require(log.struckAt)
    let healed = try #require(log.healedAt)
    // Looks are 0.7 s apart.
    #expect((4.0...4.8).contains(CellBench.seconds(struck - log.startedAt)))
    #expect((8.0...8.8).contains(CellBench.seconds(healed - struck)))
    #expect((4.0...5.6).contains(CellBench.seconds(log.endedAt - healed)))
  }

  // MARK: Limits

  @Test func withoutASteadyStateTheCellIsDoubtful() async throws {
    let bench = CellBench(isServed: { _ in false })
    let log = await bench.run()
    #expect(bench.calls == CellBench.whole)
    #expect(log.problems == ["the clients were not served well before the fault"])
    let (struck, healed) = (try #require(log.struckAt), try #require(log.healedAt))
    #expect((25.0...25.8).contains(CellBench.seconds(struck - log.startedAt)))
    // Service does not come back either, and the wait for it has its own limit.
    #expect((50.0...51.6).contains(CellBench.seconds(log.endedAt - healed)))
  }

  @Test func aLateSteadyStateIsWaitedFor() async throws {
    let log = await CellBench(isServed: { $0 > 15 }).run()
    #expect(log.problems.isEmpty)
    let struck = try #require(log.struckAt)
    #expect((17.0...19.0).contains(CellBench.seconds(struck - log.startedAt)))
  }

  /// The rule of `until-recovered`: service that was there before the outage is no recovery.
  @Test(
    arguments: [(12, 14.5...16.0), (1_000, 30.0...30.8), (0, 5.5...6.3)] as [(Double, ClosedRange<Double>)])
  func aFaultUntilRecoveryEndsWithTheOutageOrAtItsLimit(
    recoversAfter: Double, healsAfter: ClosedRange<Double>
  ) async throws {
    let bench = CellBench(duration: .untilRecovered(limit: .seconds(30)))
    bench.traffic.isServed = { [cluster = bench.cluster] second in
      cluster.struckSecond.map { second < $0 || second >= $0 + recoversAfter } ?? true
    }
    let log = await bench.run()
    let (struck, healed) = (try #require(log.struckAt), try #require(log.healBeganAt))
    #expect(healsAfter.contains(CellBench.seconds(healed - struck)))
  }

  // MARK: Failures

  @Test func aFaultThatDoesNotStrikeLeavesADoubtfulCell() async {
    let bench = CellBench()
    bench.cluster.injectionFailure = "nothing to measure by"
    let log = await bench.run()
    #expect(bench.calls == CellBench.whole.filter { $0 != "heal" })
    #expect(log.interruption == nil)
    #expect(log.problems == ["the fault could not be injected: nothing to measure by"])
    #expect(log.struckAt == nil && log.healedAt == nil)
  }

  /// Two obstacles: neither hides the other.
  @Test func theReasonIsKeptWhereTheClientsWereNotServedEither() async {
    let bench = CellBench(isServed: { _ in false })
    bench.cluster.injectionFailure = "nothing to measure by"
    #expect(
      await bench.run().problems == [
        "the clients were not served well before the fault", "the fault did not strike: nothing to measure by",
      ])
  }

  @Test func aHealThatFailsIsAProblem() async {
    let bench = CellBench()
    bench.cluster.healProblems = ["not healed: partition of sql-2"]
    let log = await bench.run()
    #expect(bench.calls == CellBench.whole)
    #expect(log.problems == ["not healed: partition of sql-2"])
  }

  @Test func aStackThatDoesNotGetQuietAndFinalReadsThatMissAreProblems() async {
    let bench = CellBench()
    bench.cluster.quietProblems = ["the queues were not drained"]
    bench.traffic.finalProblem = "the final reads are incomplete"
    let log = await bench.run()
    #expect(log.problems == ["the queues were not drained", "the final reads are incomplete"])
  }

  @Test func aRemedyThatStaysIsAProblem() async {
    let bench = CellBench()
    bench.cluster.restoreProblems = ["not put back: redis-setting of redis-1"]
    #expect(await bench.run().problems == ["not put back: redis-setting of redis-1"])
  }

  /// Clients that die are not served any more, so every wait runs to its limit, and the end says why.
  @Test func clientsThatDieLeaveADoubtfulCell() async {
    let bench = CellBench(isServed: { $0 < 6 })
    bench.traffic.stopProblems = ["the clients of the side minority ended with status 137: no output"]
    let log = await bench.run()
    #expect(bench.calls == CellBench.whole)
    #expect(log.problems == bench.traffic.stopProblems)
  }

  /// Wherever it fails, the fault is healed, the remedy taken back and the clients removed; and there is no record.
  @Test(arguments: CellBench.whole.filter { !["heal", "remove", "restore"].contains($0) })
  func aFailureAnywhereEndsTheCell(call: String) async {
    let bench = CellBench(failing: call)
    let log = await bench.run()
    #expect(log.interruption == .failure("\(call) failed"))
    bench.expectsNothingLeft()
    #expect(bench.calls.contains("finish") == (call == "finish"))
  }

  // MARK: Interruption

  @Test(arguments: CellBench.whole.filter { !["remove", "restore"].contains($0) })
  func anInterruptionAnywhereHealsAndLeavesNoRecord(call: String) async {
    let bench = CellBench(interruptedBy: call)
    let log = await bench.run()
    #expect(log.interruption == .user("SIGINT"))
    bench.expectsNothingLeft()
    // Only an interruption of the final reads themselves comes after they began.
    #expect(bench.calls.contains("finish") == (call == "finish"))
  }

  /// In the middle of a phase, while nothing but time passes.
  @Test(arguments: [1.0, 8, 14]) func anInterruptionWhileTimePassesHeals(second: Double) async {
    let bench = CellBench()
    bench.traffic.isServed = { [journal = bench.journal] now in
      if now >= second { journal.interrupt() }
      return true
    }
    let log = await bench.run()
    #expect(log.interruption == .user("SIGINT"))
    #expect(log.problems.isEmpty)
    bench.expectsNothingLeft()
    #expect(!bench.calls.contains("finish"))
  }

  /// The injection is not stopped by its cancellation: it is taken back.
  @Test func aStrikeThatTakesEffectDespiteAnInterruptionIsHealed() async {
    let bench = CellBench(interruptedBy: "strike")
    _ = await bench.run()
    #expect(bench.calls.filter { ["strike", "heal", "stop"].contains($0) }.sorted() == ["heal", "stop", "strike"])
  }
}

/// A cell with everything made up that it touches.
private final class CellBench: Sendable {
  /// The calls of a cell in which all goes well.
  static let whole = [
    "cluster", "prepare", "start", "strike", "heal", "stop", "quiet", "finish", "remove", "restore",
  ]

  let clock = HandClock()
  let journal: Journal
  let traffic: MadeUpTraffic
  let cluster: MadeUpCluster
  private let duration: FaultDuration

  init(
    duration: FaultDuration = .fixed(.seconds(8)), failing: String? = nil, interruptedBy: String? = nil,
    isServed: @escaping @Sendable (Double) -> Bool = { _ in true }
  ) {
    self.duration = duration
    journal = Journal(failing: failing, interruptedBy: interruptedBy)
    traffic = MadeUpTraffic(clock: clock, journal: journal, isServed: isServed)
    cluster = MadeUpCluster(clock: clock, journal: journal)
  }

  var calls: [String] { journal.calls }

  static func seconds(_ nanoseconds: Int64) -> Double { Double(nanoseconds) / 1e9 }

  func run() async -> CellLog {
    let action = FaultAction(.partition, ["shape": "halves", "minority": "leader"])
    let fault = CapFault(
      name: "split", action: action, selector: Selector(tier: .sql, mode: .all), duration: duration)
    let cell = CapPlanCell(tier: .sql, variant: .plain, workload: .register, fault: fault)
    let run = CellRun(cell: cell, traffic: traffic, cluster: cluster, clock: clock) { _ in }
    journal.onInterrupt { run.course.interrupt("SIGINT") }
    return await run.run()
  }

  /// The fault is healed if it is in effect, the clients are removed, and a remedy is taken back.
  func expectsNothingLeft() {
    #expect(calls.contains("heal") == journal.isInEffect)
    #expect(calls.contains("remove"))
    #expect(calls.contains("restore") == journal.isPrepared)
    #expect(Set(calls).count == calls.count)
  }
}

/// What was called, in its order; fails or interrupts where the test wants it.
private final class Journal: Sendable {
  private struct State {
    var calls: [String] = []
    var isInEffect = false
    /// Whether the remedy was applied.
    var isPrepared = false
    var interrupt: @Sendable () -> Void = {}
  }

  private let state = Mutex(State())
  private let failing: String?
  private let interruptedBy: String?

  init(failing: String?, interruptedBy: String?) {
    self.failing = failing
    self.interruptedBy = interruptedBy
  }

  var calls: [String] { state.withLock { $0.calls } }
  var isInEffect: Bool {
    get { state.withLock { $0.isInEffect } }
    set { state.withLock { $0.isInEffect = newValue } }
  }
  var isPrepared: Bool {
    get { state.withLock { $0.isPrepared } }
    set { state.withLock { $0.isPrepared = newValue } }
  }

  func note(_ call: String) {
    state.withLock { $0.calls.append(call) }
    if call == interruptedBy { interrupt() }
  }

  func onInterrupt(_ interrupt: @escaping @Sendable () -> Void) { state.withLock { $0.interrupt = interrupt } }
  func interrupt() { state.withLock { $0.interrupt }() }

  /// As calls of an engine: they fail when their task is cancelled. Only the strike is in effect all the same.
  func attempt(_ call: String) async throws {
    note(call)
    if call == failing { throw CommandError(.unavailable, "\(call) failed") }
    while call == interruptedBy, !Task.isCancelled { await Task.yield() }
    if call != "strike" { try Task.checkCancellation() }
  }
}

private final class HandClock: CellClock {
  private let now = Mutex<Int64>(1_000_000_000_000)

  var nanoseconds: Int64 { now.withLock { $0 } }

  func sleep(for duration: Duration) async throws {
    try Task.checkCancellation()
    now.withLock { $0 += Int64(duration / .nanoseconds(1)) }
  }
}

private final class MadeUpTraffic: CellTraffic {
  private struct State {
    var startedAt: Int64 = 0
    var isServed: @Sendable (Double) -> Bool
    var stopProblems: [String] = []
    var finalProblem: String?
  }

  private let clock: HandClock
  private let journal: Journal
  private let state: Mutex<State>

  init(clock: HandClock, journal: Journal, isServed: @escaping @Sendable (Double) -> Bool) {
    self.clock = clock
    self.journal = journal
    state = Mutex(State(isServed: isServed))
  }

  /// Whether clients are served at a second of the traffic.
  var isServed: @Sendable (Double) -> Bool {
    get { state.withLock { $0.isServed } }
    set { state.withLock { $0.isServed = newValue } }
  }
  var stopProblems: [String] {
    get { state.withLock { $0.stopProblems } }
    set { state.withLock { $0.stopProblems = newValue } }
  }
  var finalProblem: String? {
    get { state.withLock { $0.finalProblem } }
    set { state.withLock { $0.finalProblem = newValue } }
  }

  func prepare(_ status: StackStatus) async throws { try await journal.attempt("prepare") }

  func start(_ status: StackStatus) async throws -> [CapShot.ClientGroup] {
    state.withLock { $0.startedAt = clock.nanoseconds }
    try await journal.attempt("start")
    return ["minority", "majority"].map {
      CapShot.ClientGroup(side: $0, container: "c-\($0)", address: "10.0.1.1", processes: [0])
    }
  }

  /// Ten completions a second since the start.
  func recent(_ group: CapShot.ClientGroup) async -> [RecoveryWatch.Sample] {
    let (startedAt, isServed) = state.withLock { ($0.startedAt, $0.isServed) }
    let ages = (0..<40 as Range<Int64>).reversed()
    return ages.map { clock.nanoseconds - $0 * 100_000_000 }.filter { $0 >= startedAt }.map { time in
      RecoveryWatch.Sample(timeNanoseconds: time, isOk: isServed(CellBench.seconds(time - startedAt)))
    }
  }

  func stop(_ groups: [CapShot.ClientGroup]) async throws -> (histories: [String], problems: [String]) {
    try await journal.attempt("stop")
    return (groups.map { _ in "" }, stopProblems)
  }

  func finish(_ status: StackStatus) async throws -> (history: String, problem: String?) {
    try await journal.attempt("finish")
    return ("", finalProblem)
  }

  func removeAll() async {
    journal.note("remove")
    #expect(!Task.isCancelled, "clients are removed even if the cell was interrupted")
  }
}

private final class MadeUpCluster: CellCluster {
  private struct State {
    var struckAt: Int64?
    var injectionFailure: String?
    var healProblems: [String] = []
    var quietProblems: [String] = []
    var restoreProblems: [String] = []
  }

  private let clock: HandClock
  private let journal: Journal
  private let state = Mutex(State())
  private let begun: Int64

  init(clock: HandClock, journal: Journal) {
    self.clock = clock
    self.journal = journal
    begun = clock.nanoseconds
  }

  /// When it was struck, in seconds of the traffic, which begins at once.
  var struckSecond: Double? { state.withLock { $0.struckAt }.map { CellBench.seconds($0 - begun) } }
  var injectionFailure: String? {
    get { state.withLock { $0.injectionFailure } }
    set { state.withLock { $0.injectionFailure = newValue } }
  }
  var healProblems: [String] {
    get { state.withLock { $0.healProblems } }
    set { state.withLock { $0.healProblems = newValue } }
  }
  var quietProblems: [String] {
    get { state.withLock { $0.quietProblems } }
    set { state.withLock { $0.quietProblems = newValue } }
  }
  var restoreProblems: [String] {
    get { state.withLock { $0.restoreProblems } }
    set { state.withLock { $0.restoreProblems = newValue } }
  }

  func prepare() async throws -> CellStart {
    try await journal.attempt("cluster")
    journal.isPrepared = true
    let settings = [CapRecord.LiveSetting(name: "ttl", value: "20", seconds: 20)]
    return CellStart(status: Examples.whole, settings: settings) { [self] in
      journal.note("restore")
      return restoreProblems
    }
  }

  func strike(_ clients: [CapShot.ClientGroup]) async throws -> CellStrike {
    try await journal.attempt("strike")
    let sides = clients.map {
      CapRecord.Side(name: $0.side, nodes: [], processes: $0.processes, hasMajority: $0.side == "majority")
    }
    if let injectionFailure { return CellStrike(struck: ["sql-2"], sides: sides, result: .failed(injectionFailure)) }
    let now = clock.nanoseconds
    state.withLock { $0.struckAt = now }
    journal.isInEffect = true
    let effect = CellStrike.Effect(struckAt: now) { [self] in
      journal.note("heal")
      return CellStrike.Heal(beganAt: clock.nanoseconds, endedAt: clock.nanoseconds, problems: healProblems)
    }
    return CellStrike(struck: ["sql-2"], sides: sides, result: .inEffect(effect))
  }

  func quiet() async throws -> (status: StackStatus, problems: [String]) {
    try await journal.attempt("quiet")
    return (Examples.whole, quietProblems)
  }
}
