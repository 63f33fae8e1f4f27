import Consistency
import Presentation

/// The label of a tier (or a variant of it), which follows only from measurements.
public enum CapLabel: String, Sendable, Hashable, Codable, CaseIterable {
  /// Consistent in every cell, and some side was refused in a partition.
  case cp = "CP"
  /// Every side was served in every partition.
  case ap = "AP"
  /// Inconsistent somewhere, and some side was not served either.
  case neither
  /// Consistent, and every side was served: the partitions cut no path that any client needed.
  case inconclusive
  /// Nothing was seen amiss, but some cell was not decided.
  case undecided
  /// No partition cell that counts.
  case notMeasured = "not measured"

  /// A side was served if it was answered for at least this share of the last three seconds of the fault.
  public static let servedShare = 0.9

  /// Whether the label is a guarantee, so that losing it is a regression.
  var isGuarantee: Bool { self == .cp || self == .ap }
}

/// A label with what it follows from.
public struct CapLabelling: Sendable, Hashable, Codable {
  public var tier: String
  public var variant: String
  public var flavour: String
  public var label: CapLabel
  /// What it follows from, in a sentence.
  public var because: String

  /// `redis plain`, `sql plain patroni`
  public var words: String { [tier, variant, flavour].filter { !$0.isEmpty }.joined(separator: " ") }

  /// The rule, in the words of the report.
  public static let rule = """
    A cell is **consistent** if no acknowledged write was lost, no read was stale (of any age, at any level), no value was \
    invented, no sum of a bank was wrong, and the registers and sets were linearizable; one thing amiss makes it inconsistent, and \
    if an audit was impossible it is undecided. Duplicates and order of a queue are counted, and do not count for this: queues \
    deliver at least once. A side was **served** in a cell if its clients were answered for at least 90 % of the last three \
    seconds of the fault, by when every side that can continue has done so; a refusal is no service. A **partition cell** is one in which the \
    network cut nodes off from each other while clients stood on every side of the cut.

    - **CP**: consistent in every cell, and in some partition cell some side was not served.
    - **AP**: every side was served in every partition cell, and the tier was inconsistent somewhere, or its workload has no verdict \
    on linearizability.
    - **neither**: inconsistent in some cell, and in some partition cell some side was not served.
    - **inconclusive**: consistent, and every side was served: the partition cut no path that any client needed.
    - **undecided**: nothing was seen amiss, but some cell was not decided.
    - **not measured**: no partition cell without a problem.

    Cells with a problem count for nothing.
    """

  /// - Parameter cells: all of one tier, variant and flavour.
  public init(tier: String, variant: String, flavour: String, cells: [CapCell]) {
    self.tier = tier
    self.variant = variant
    self.flavour = flavour
    let sound = cells.filter { $0.problems.isEmpty }.sorted { $0.name < $1.name }
    let partitions = sound.filter(\.hasSides)
    guard !partitions.isEmpty else {
      (label, because) = (.notMeasured, "no partition cell without a problem")
      return
    }
    // Of several reasons one that a partition shows is the most telling.
    let broken = [true, false].flatMap { hasSides in
      sound.filter { $0.consistency == .violated && $0.hasSides == hasSides }
    }
    let open = sound.filter { $0.consistency == .unknown }
    let unserved = partitions.flatMap { cell in
      cell.sides.filter { $0.settledShare.map { $0 < CapLabel.servedShare } ?? true }.map { (cell, $0) }
    }
    let isOrderJudged = partitions.contains { $0.linearizable != nil }
    label =
      switch (broken.isEmpty, unserved.isEmpty) {
      case (false, false): .neither
      case (false, true): .ap
      case (true, _) where !open.isEmpty: .undecided
      case (true, false): .cp
      case (true, true): isOrderJudged ? .inconclusive : .ap
      }
    var parts: [String] = []
    if let first = broken.first {
      let others = broken.count == 1 ? "" : " and \(Numbers.counted(broken.count - 1, "more cell"))"
      parts.append("inconsistent in \(first.cellWords)\(others) (\(first.amiss))")
    } else if !open.isEmpty {
      parts.append("undecided in \(open.map(\.cellWords).joined(separator: ", "))")
    } else {
      parts.append(sound.count == 1 ? "consistent in its only cell" : "consistent in all \(sound.count) cells")
    }
    if let (cell, side) = unserved.min(by: { ($0.1.settledShare ?? 0) < ($1.1.settledShare ?? 0) }) {
      parts.append(
        "in \(cell.cellWords) the side \(side.name) was served for \(Numbers.percent(side.settledShare ?? 0)) of the last 3 s"
      )
    } else {
      parts.append("every side was served in \(Numbers.counted(partitions.count, "partition cell"))")
    }
    because = parts.joined(separator: "; ")
  }
}

extension CapCell {
  /// `register, leader-isolated`
  var cellWords: String { "\(workload.rawValue), \(fault)" }

  /// What was wrong, for people; `nothing` where nothing was.
  var amiss: String {
    var words: [String] = []
    if lostWrites > 0 { words.append("\(lostWrites) of \(Numbers.counted(examinedWrites, "acknowledged write")) lost") }
    if staleReads > 0 {
      let age = stalestSeconds.map { ", up to \(Numbers.seconds($0))" } ?? ""
      words.append("\(Numbers.counted(staleReads, "stale read"))\(age)")
    }
    if inventedValues > 0 { words.append(Numbers.counted(inventedValues, "invented value")) }
    if wrongSums > 0 { words.append("\(wrongSums) of \(Numbers.counted(sums, "sum")) wrong") }
    if linearizable == .violated { words.append("not linearizable") }
    return words.isEmpty ? "nothing" : words.joined(separator: ", ")
  }
}
