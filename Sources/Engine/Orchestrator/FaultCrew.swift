import ChaosPlan
import Faults
import Foundation
import History
import Report
import Stack
import Synchronization

/// Injects and heals the faults of a plan, and records them in the history and in `faults.jsonl`: the shell around
/// `StrikeMachine`.
final class FaultCrew: Sendable {
  private let cluster: any Cluster
  private let clock: any Clock<Duration>
  private let history: HistoryWriter
  private let log: FaultLog
  private let board: Mutex<StrikeBoard>

  init(
    strikes: [Strike], safety: SafetySettings, seed: UInt64, namespace: String, cluster: any Cluster,
    history: HistoryWriter, log: FaultLog, clock: any Clock<Duration> = ContinuousClock()
  ) {
    self.cluster = cluster
    self.clock = clock
    self.history = history
    self.log = log
    board = Mutex(StrikeBoard(strikes, safety: safety, seed: seed, namespace: namespace))
  }

  var reports: [FaultReport] { board.withLock { $0.reports } }

  /// `kill redis-2`.
  func shortName(_ strike: Int) -> String { board.withLock { $0.machines[strike].shortName } }

  /// Resolves the target as it is now, and strikes.
  func inject(_ strike: Int) async -> StrikeMachine.Outcome {
    guard let outcome = await drive(strike, .ordered) else {
      preconditionFailure("strike \(strike) ended without a word")
    }
    return outcome
  }

  /// Records that a fault of the schedule is left out.
  func skip(_ strike: Int, _ reason: String) {
    for case .note(let note) in handle(.dropped(reason: reason), of: strike) { write(note) }
  }

  /// Heals a fault. A failed heal is a finding, not an error.
  func heal(_ strike: Int) async { _ = await drive(strike, .healDue) }

  /// Hands an event to the strike and performs what it orders, until it orders nothing more.
  ///
  /// - Returns: what became of it, if that was decided.
  private func drive(_ strike: Int, _ event: StrikeMachine.Event) async -> StrikeMachine.Outcome? {
    var outcome: StrikeMachine.Outcome?
    var actions = handle(event, of: strike)[...]
    while let action = actions.popFirst() {
      switch action {
      case .note(let note): write(note)
      case .tell(let decided): outcome = decided
      case .aim(let pause): actions += await look(for: strike, after: pause)
      case .inject(let aim): actions += handle(await inject(aim), of: strike)
      case .lookForLosses(let injection):
        let losses = await cluster.losses(of: injection).map { (message: "\($0)", targets: [$0.target]) }
        actions += handle(of: strike) { .lost($0.losses(losses, of: strike)) }
      case .heal(let injection):
        let report = await cluster.heal(injection)
        let losses = report.upkeepProblems.map { (message: $0, targets: injection.targets) }
        actions += handle(of: strike) { .healEnded(report, lost: $0.losses(losses, of: strike)) }
      }
    }
    return outcome
  }

  private func look(for strike: Int, after pause: Duration) async -> [StrikeMachine.Action] {
    do {
      if pause > .zero { try await clock.sleep(for: pause) }
      let status = try await cluster.status()
      return handle(of: strike) { $0.aim(strike, in: status) }
    } catch {
      return handle(.missed(error), of: strike)
    }
  }

  private func inject(_ aim: Aim) async -> StrikeMachine.Event {
    do throws(FaultError) {
      let targets = aim.targets.map { FaultTarget(node: $0.node, container: $0.container) }
      return .injected(try await cluster.inject(aim.fault, into: targets))
    } catch {
      return .failed(StrikeMachine.Failure(error))
    }
  }

  private func handle(_ event: StrikeMachine.Event, of strike: Int) -> [StrikeMachine.Action] {
    handle(of: strike) { _ in event }
  }

  /// The event is found and handled in one step, so that no other strike changes the board in between.
  private func handle(
    of strike: Int, _ event: (StrikeBoard) -> StrikeMachine.Event
  ) -> [StrikeMachine.Action] {
    board.withLock { board in
      board.handle(event(board), of: strike, at: .nanoseconds(history.elapsedNanoseconds))
    }
  }

  private func write(_ note: StrikeMachine.Note) {
    if let name = note.event.historyName(of: note.kind) {
      // An error of the history file is detected at the next operation of the traffic, and ends the run.
      _ = try? history.append(
        process: .nemesis, kind: .info, function: name, value: .list(note.nodes.map { .string($0) }),
        error: note.message)
    }
    log.append(
      FaultLog.Line(
        timeNanoseconds: history.elapsedNanoseconds, wallTime: Date.now.formatted(.iso8601), fault: note.label,
        event: note.event, targets: note.nodes, message: note.message))
  }
}
