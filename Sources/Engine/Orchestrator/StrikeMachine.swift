import ChaosPlan
import Faults
import History
import Report

/// A fault with the nodes that it is about to strike.
struct Aim: Sendable {
  var fault: any Fault
  var targets: [FaultReport.Target]
  /// Of a partition, the nodes of each side.
  var sides: [PartitionSide: Set<String>] = [:]
}

/// One strike of the schedule from its order to the end of its heal, as a pure state machine: events in, actions out.
/// It reads no clock and asks no cluster; the shell (`FaultCrew`) performs the actions and reports back.
struct StrikeMachine: Sendable {
  /// What happened.
  enum Event: Sendable {
    /// It is due.
    case ordered
    /// Its time was over before it was due.
    case dropped(reason: String)
    /// No node matches its selector now.
    case noTarget(reason: String)
    /// Its nodes are known; `refusal`: why they may not be struck now.
    case aimed(Aim, refusal: String?)
    /// It could not be aimed or injected.
    case failed(Failure)
    /// It is in effect on all its nodes.
    case injected(Injection)
    /// Its time is over.
    case healDue
    /// On these nodes it was not in effect until its heal.
    case lost([Loss])
    /// The heal ended, well or not. `lost`: the ends that were noticed meanwhile.
    case healEnded(HealReport, lost: [Loss])
  }

  /// What is to be done.
  enum Action: Sendable {
    /// Look for its nodes, after this pause.
    case aim(after: Duration)
    case inject(Aim)
    /// Look whether it is still in effect on all its nodes.
    case lookForLosses(Injection)
    case heal(Injection)
    case note(Note)
    /// The strike is in effect, or will never be.
    case tell(Outcome)
  }

  /// What became of an order to strike.
  enum Outcome: Sendable, Hashable {
    case inEffect
    /// An optional fault matched no node, or was not allowed to strike: the run is as planned without it.
    case skipped(String)
    case failed(String)
  }

  /// Why a strike is not in effect.
  struct Failure: Sendable, Hashable {
    var message: String
    /// Whether nothing was done, because no node matched or none may be struck: an optional strike is left out then.
    var isRefusal = false
    /// What could not be taken back of a part that was injected, a line each.
    var left: [String] = []
  }

  /// A fault that was not in effect until its heal.
  struct Loss: Sendable, Hashable {
    var message: String
    /// Whether another fault of the same run explains it, so that it is no finding.
    var isOwnDoing: Bool
  }

  /// An entry for the history and for `faults.jsonl`.
  struct Note: Sendable, Hashable {
    var event: FaultEvent
    /// The fault's word.
    var kind: String
    /// `kill redis master`.
    var label: String
    var nodes: [String]
    var message: String?
  }

  enum State: Sendable {
    case planned
    /// Its nodes are looked for; the looks count from 1.
    case aiming(look: Int)
    case injecting(Aim)
    case inEffect(Injection)
    case healing(Injection)
    /// Healed, failed or left out.
    case over
  }

  /// How often its nodes are looked for. A busy node may not report its role in time, and right after another fault no
  /// node may have the role.
  static let looksMaximum = 5
  /// A partition of many nodes takes seconds to be in effect; until then no node is on its sides.
  static let looksForSideMaximum = 60
  static let pauseBetweenLooks = Duration.milliseconds(500)

  let strike: Strike
  private(set) var state = State.planned
  /// The row of the report, without what the measurement adds.
  private(set) var report: FaultReport
  /// The sides of its partition.
  private var cut: [PartitionSide: Set<String>] = [:]

  init(_ strike: Strike) {
    self.strike = strike
    report = FaultReport(label: strike.fault.label)
  }

  /// Handles an event.
  ///
  /// - Parameter now: since the start of the run.
  mutating func handle(_ event: Event, at now: Duration) -> [Action] {
    switch (event, state) {
    case (.ordered, .planned):
      state = .aiming(look: 1)
      return [.aim(after: .zero)]
    case (.dropped(let reason), .planned):
      return skip(reason)
    case (.noTarget(let reason), .aiming(let look)):
      let isSide = strike.fault.selector.side != nil
      guard look < (isSide ? Self.looksForSideMaximum : Self.looksMaximum) else {
        return fail(Failure(message: reason, isRefusal: true))
      }
      state = .aiming(look: look + 1)
      return [.aim(after: Self.pauseBetweenLooks)]
    case (.aimed(let aim, let refusal), .aiming):
      report.targets = aim.targets
      if let refusal { return fail(Failure(message: refusal, isRefusal: true)) }
      state = .injecting(aim)
      report.struckAt = now.inSeconds
      return [note(.struck), .inject(aim)]
    case (.injected(let injection), .injecting(let aim)):
      state = .inEffect(injection)
      cut = aim.sides
      report.inEffectAt = now.inSeconds
      return [note(.inEffect), .tell(.inEffect)]
    case (.failed(let failure), .aiming), (.failed(let failure), .injecting):
      return fail(failure)
    case (.healDue, .inEffect(let injection)):
      state = .healing(injection)
      cut = [:]
      return [.lookForLosses(injection)]
    case (.lost(let losses), .healing(let injection)):
      let notes = note(losses)
      report.healOrderedAt = now.inSeconds
      return notes + [note(.healOrdered), .heal(injection)]
    case (.healEnded(let heal, let losses), .healing):
      state = .over
      return note(losses) + [end(heal.findings, now)]
    case (.healDue, _):
      // A strike that is not in effect has nothing to heal.
      return []
    case (.ordered, _), (.dropped, _), (.noTarget, _), (.aimed, _), (.injected, _), (.failed, _), (.lost, _),
      (.healEnded, _):
      preconditionFailure("\(strike.fault.label) was told \(event) while it was \(state)")
    }
  }

  /// The nodes under the fault, from the order to inject it to the last word of its heal: one that is about to be
  /// struck, or is still coming back, counts as struck.
  var nodesStruck: [String] {
    switch state {
    case .injecting(let aim): aim.targets.map(\.node)
    case .inEffect(let injection), .healing(let injection): injection.targets.map(\.node)
    case .planned, .aiming, .over: []
    }
  }

  /// The sides of the partition in effect; `nil` where there is none.
  var sides: [PartitionSide: Set<String>]? { cut.isEmpty ? nil : cut }

  /// `kill redis-2`; the label while its nodes are not known.
  var shortName: String {
    guard !report.targets.isEmpty else { return report.label }
    return "\(kind.rawValue) \(report.targets.map(\.node).joined(separator: ","))"
  }

  var kind: FaultKind { strike.fault.action.kind }

  // MARK: Ends

  private mutating func fail(_ failure: Failure) -> [Action] {
    if strike.isOptional, failure.isRefusal { return skip(failure.message) }
    state = .over
    report.problems.append(failure.message)
    if !failure.left.isEmpty { report.notHealed = failure.left }
    return [note(.failed, failure.message), .tell(.failed(failure.message))]
  }

  private mutating func skip(_ reason: String) -> [Action] {
    state = .over
    report.struckAt = nil
    report.skipped = reason
    return [note(.skipped, reason), .tell(.skipped(reason))]
  }

  private mutating func end(_ findings: [String], _ now: Duration) -> Action {
    guard findings.isEmpty else {
      report.problems += findings
      report.notHealed = findings
      return note(.healFailed, findings.joined(separator: "; "))
    }
    report.healedAt = now.inSeconds
    return note(.healed)
  }

  // MARK: Notes

  private mutating func note(_ losses: [Loss]) -> [Action] {
    losses.map { loss in
      let cause = loss.isOwnDoing ? " (another fault of this run)" : ""
      let message = "not in effect until its heal: \(loss.message)\(cause)"
      report.problems.append(message)
      if !loss.isOwnDoing { report.endedEarly = (report.endedEarly ?? []) + [loss.message] }
      return note(.endedEarly, message)
    }
  }

  private func note(_ event: FaultEvent, _ message: String? = nil) -> Action {
    .note(
      Note(
        event: event, kind: kind.rawValue, label: report.label, nodes: report.targets.map(\.node), message: message))
  }
}

extension Duration {
  /// As the report has times.
  fileprivate var inSeconds: Double {
    Double(components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000) / 1e9
  }
}
