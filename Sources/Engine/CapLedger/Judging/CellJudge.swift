import Consistency
import History
import Presentation
import Report

/// Derives a cell of the ledger from the record of a run.
public struct CellJudge: Sendable {
  /// When service counts as back.
  public static let recoveryRule = RecoveryRule()
  /// How long linearizability of one cell may take.
  static let timeLimit: Duration = .seconds(30)
  /// The end of a fault, when every node that can go on has had time to; and as much before the strike, when all has to
  /// be well.
  static let settledSeconds = 3.0
  /// The minimum share of answers on a side before the strike; below it, the results do not measure the fault.
  static let healthyShare = 0.9

  private let record: CapRecord
  private let events: [Event]

  /// - Parameter events: the record's history, in the order of time.
  public init(_ record: CapRecord, events: [Event]) {
    self.record = record
    self.events = events
  }

  /// - Throws: `ConsistencyError`, for events that are no history.
  public func cell() throws(ConsistencyError) -> CapCell {
    let operations = TimedOperation.operations(of: events, record: record)
    let audit = audit(operations)
    let sides = record.sides.indices.map { side($0, operations, audit.sides[$0]) }
    let order = try linearizability()
    return CapCell(
      tier: record.tier, variant: record.variant, workload: record.workload, fault: record.fault,
      struckTier: record.struckTier, isPartition: record.isPartition, flavour: record.flavour,
      startedAt: record.startedAt, secondsOfFault: faultSpan.map { Self.rounded($0.end - $0.start) },
      clientTimeout: record.clientTimeout, settings: record.settings, sides: sides,
      final: CapCell.Final(
        inventedValues: audit.rest.invented, sums: audit.rest.sums, wrongSums: audit.rest.wrongSums),
      duplicates: audit.duplicates,
      outOfOrder: audit.outOfOrder, linearizable: order?.verdict, counterexample: order?.counterexample,
      promise: Promise(record), problems: record.problems + problems(sides, operations), notes: audit.notes,
      course: CapCell.Course(
        operations, sides: record.sides.count, struckAt: record.struckAt, endedAt: record.endedAt))
  }

  private var faultSpan: (start: Double, end: Double)? {
    record.struckAt.map { ($0, min(record.healBeganAt ?? record.healedAt ?? record.endedAt, record.endedAt)) }
  }

  private func audit(_ operations: [TimedOperation]) -> AuditResult {
    let count = record.sides.count
    return switch record.workload {
    case .register: RegisterAudit.run(operations, sides: count)
    case .set: SetAudit.run(operations, sides: count)
    case .queue: QueueAudit.run(operations, sides: count)
    case .bank: BankAudit.run(operations, sides: count, total: record.bankTotal)
    }
  }

  // MARK: - A side

  private func side(_ index: Int, _ all: [TimedOperation], _ figures: AuditFigures) -> CapCell.Side {
    let side = record.sides[index]
    let operations = all.filter { $0.side == index && !$0.isFinal && $0.calledAt <= record.endedAt }
    let samples = operations.map { operation in
      Sample(
        start: operation.calledAt, end: min(operation.endedAt, max(record.endedAt, operation.calledAt)),
        outcome: operation.isAnswered ? .ok : operation.outcome,
        kind: operation.function)
    }
    let span = faultSpan
    func answers(_ isIn: (Double) -> Bool) -> CapCell.Answers {
      let own = operations.filter { isIn($0.calledAt) }
      return CapCell.Answers(
        ok: own.count { $0.outcome == .ok }, refused: own.count { $0.outcome == .failed },
        unknown: own.count { $0.outcome == .unknown })
    }
    let struck = span?.start ?? .infinity
    let healed = span?.end ?? .infinity
    let rule = Self.recoveryRule
    let afterStrike = span.map { ($0.start, $0.end) }.flatMap { start, end in
      rule.recovery(after: start, horizon: end, of: samples, until: record.endedAt)
    }
    let afterHeal = record.healedAt.flatMap { healed in
      rule.recovery(after: healed, horizon: healed + rule.quiet, of: samples, until: record.endedAt)
    }
    return CapCell.Side(
      name: side.name, nodes: side.nodes.count, hasMajority: side.hasMajority, before: answers { $0 < struck },
      during: answers { $0 >= struck && $0 < healed }, after: answers { $0 >= healed },
      answeredShare: span.flatMap { AnsweredShare.of(operations, from: $0.start, to: $0.end) }.map(Self.rounded),
      settledShare: span.flatMap {
        AnsweredShare.of(operations, from: max($0.start, $0.end - Self.settledSeconds), to: $0.end)
      }.map(Self.rounded),
      acknowledgedWrites: figures.acknowledged, examinedWrites: figures.examined, lostWrites: figures.lost,
      reads: figures.reads, staleReads: figures.stale, stalestSeconds: figures.stalest.map(Self.rounded),
      inventedValues: figures.invented, sums: figures.sums, wrongSums: figures.wrongSums,
      recovery: afterStrike.map(Self.rounded), recoveryAfterHeal: afterHeal.map(Self.rounded),
      timeline: Sparkline.text(
        Report.Timeline(samples), marks: [record.struckAt, record.healedAt], until: record.endedAt))
  }

  // MARK: - Order

  /// Real-time order applies to every operation, regardless of its level: the ledger judges what a client sees, not
  /// what it was promised.
  private func linearizability() throws(ConsistencyError) -> (verdict: Verdict, counterexample: [String]?)? {
    let model: Model
    switch record.workload {
    case .register: model = .register
    case .set: model = .set
    case .queue, .bank: return nil
    }
    let strong = events.map { event in
      var event = event
      if !event.isFinal { event.level = nil }
      return event
    }
    let options = CheckOptions(model: model, timeout: Self.timeLimit)
    let report = try ConsistencyChecker(options: options).check(strong)
    guard let key = report.keys.first(where: { $0.verdict == .violated }) else {
      return (report[.linearizability]?.verdict ?? .unknown, nil)
    }
    let title = (key.key.map { "\($0): " } ?? "") + (key.message ?? "no order of these operations explains them")
    return (.violated, [title] + CoreDrawing(key.core).lines.map { Self.trimmed($0) })
  }

  private static func trimmed(_ line: String) -> String {
    var line = line[...]
    while line.last == " " { line.removeLast() }
    // The read of a whole set may have thousands of elements.
    return line.count > 200 ? line.prefix(200) + "…" : String(line)
  }

  // MARK: - Doubts

  private func problems(_ sides: [CapCell.Side], _ operations: [TimedOperation]) -> [String] {
    guard let span = faultSpan else { return ["the fault did not strike"] }
    var found: [String] = []
    for (index, side) in sides.enumerated() {
      // Clients that are gone were not refused.
      if side.during == CapCell.Answers() {
        found.append("no client on the side \(side.name) called during the fault")
      } else if side.settledShare == nil {
        found.append("no client on the side \(side.name) called at the end of the fault")
      }
      let own = operations.filter { $0.side == index && !$0.isFinal }
      let share = AnsweredShare.of(own, from: max(span.start - Self.settledSeconds, 0), to: span.start)
      if share ?? 0 < Self.healthyShare {
        let words = share.map { "answered \(Numbers.percent($0))" } ?? "no calls"
        found.append("the side \(side.name) was not well before the strike: \(words)")
      }
    }
    return found
  }

  /// Three decimals: what is measured is not finer, and a difference of two files is not to be noise.
  static func rounded(_ value: Double) -> Double { (value * 1_000).rounded() / 1_000 }
}
