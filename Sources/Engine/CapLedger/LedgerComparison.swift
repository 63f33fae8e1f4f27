import Consistency
import Presentation

/// What changed from one ledger to another.
///
/// A guarantee is worse if it held before and does not now: a count of forbidden events that was 0 and is more, a
/// linearizable cell that is not any more, a label (CP or AP) or a claim that held and does not. How much was lost
/// where something was lost before, how long recovery took and how much was answered are measurements of one run each:
/// they differ from run to run, and are shown, but are not worse.
public struct LedgerComparison: Sendable, Hashable, Codable {
  public struct Change: Sendable, Hashable, Codable {
    /// A cell, or a tier and its variant, or a claim.
    public var subject: String
    /// `lost writes: 0 -> 12`
    public var what: String
    public var isWorse: Bool
  }

  /// Worse ones first.
  public var changes: [Change] = []

  public var isWorse: Bool { changes.contains(where: \.isWorse) }

  public init(from old: Ledger, to new: Ledger) {
    compareLabels(old, new)
    compareClaims(old, new)
    let before = Dictionary(old.cells.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    let names = Set(new.cells.map(\.id))
    for cell in new.cells {
      if let earlier = before[cell.id] {
        compare(earlier, cell)
      } else {
        note(cell.id, "measured for the first time")
      }
    }
    for cell in old.cells where !names.contains(cell.id) { note(cell.id, "not measured any more") }
    changes = changes.filter(\.isWorse) + changes.filter { !$0.isWorse }
  }

  private mutating func note(_ subject: String, _ what: String, isWorse: Bool = false) {
    changes.append(Change(subject: subject, what: what, isWorse: isWorse))
  }

  private mutating func compareLabels(_ old: Ledger, _ new: Ledger) {
    for label in new.labels {
      let earlier = old.labels.first {
        $0.tier == label.tier && $0.variant == label.variant && $0.flavour == label.flavour
      }
      guard let earlier, earlier.label != label.label else { continue }
      let isMeasured = label.label != .notMeasured && label.label != .undecided && label.label != .inconclusive
      note(
        label.words, "label: \(earlier.label.rawValue) -> \(label.label.rawValue)",
        isWorse: earlier.label.isGuarantee && isMeasured)
    }
  }

  private mutating func compareClaims(_ old: Ledger, _ new: Ledger) {
    for claim in new.claims {
      guard let earlier = old.claims.first(where: { $0.claim == claim.claim }), earlier.answer != claim.answer else {
        continue
      }
      note(
        "\"\(claim.claim)\"", "\(earlier.answer.rawValue) -> \(claim.answer.rawValue)",
        isWorse: earlier.answer == .holds && claim.answer == .refuted)
    }
  }

  private mutating func compare(_ old: CapCell, _ new: CapCell) {
    // What a doubtful cell shows says nothing about the tier.
    guard old.problems.isEmpty, new.problems.isEmpty else {
      if old.problems.isEmpty != new.problems.isEmpty {
        note(new.id, new.problems.isEmpty ? "without a problem now" : "has a problem now: \(new.problems[0])")
      }
      return
    }
    let counts: [(String, Int, Int)] = [
      ("lost writes", old.lostWrites, new.lostWrites), ("stale reads", old.staleReads, new.staleReads),
      ("invented values", old.inventedValues, new.inventedValues), ("wrong sums", old.wrongSums, new.wrongSums),
    ]
    for (what, before, after) in counts where before != after {
      note(new.id, "\(what): \(before) -> \(after)", isWorse: before == 0)
    }
    // A queue promises only at-least-once delivery.
    let deliveries: [(String, Int?, Int?)] = [
      ("duplicates", old.duplicates, new.duplicates), ("out of order", old.outOfOrder, new.outOfOrder),
    ]
    for case (let what, let before?, let after?) in deliveries where (before == 0) != (after == 0) {
      note(new.id, "\(what): \(before) -> \(after)")
    }
    if let before = old.linearizable, let after = new.linearizable, before != after {
      note(
        new.id, "linearizable: \(before.word) -> \(after.word)",
        isWorse: before == .holds && after == .violated)
    }
    if old.isOverPromise != new.isOverPromise {
      note(
        new.id,
        "recovery: \(Numbers.seconds(old.promisedRecovery)) -> \(Numbers.seconds(new.promisedRecovery)), "
          + (new.isOverPromise ? "over the promise now" : "within the promise now"))
    }
  }

  /// For a terminal.
  public var text: String {
    if changes.isEmpty { return "Nothing changed.\n" }
    let worse = changes.count(where: \.isWorse)
    let title = worse == 0 ? "No guarantee got worse." : "\(Numbers.counted(worse, "guarantee")) got worse."
    return ([title] + changes.map { "  \($0.isWorse ? "WORSE " : "")\($0.subject): \($0.what)" })
      .joined(separator: "\n") + "\n"
  }
}
