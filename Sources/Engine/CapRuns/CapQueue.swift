import ChaosPlan

/// Decides, cell by cell, what a series does next. Pure.
struct CapQueue: Sendable, Hashable {
  enum Step: Sendable, Hashable {
    /// - Parameters:
    ///   - number: from 1, for people.
    ///   - seed: the cell's own.
    case run(CapPlanCell, number: Int, seed: UInt64)
    /// The series was interrupted before this cell.
    case interrupted(before: String)
    /// Every cell was run, or the time is over.
    case over
  }

  let cells: [CapPlanCell]
  /// Of the first cell; each later one uses the next number.
  let seed: UInt64
  private var begun = 0
  private var failed: [String] = []

  init(_ cells: [CapPlanCell], seed: UInt64) {
    self.cells = cells
    self.seed = seed
  }

  /// - Parameter isLate: whether no further cell may begin. A cell that has begun is never ended by that.
  mutating func next(isInterrupted: Bool, isLate: Bool) -> Step {
    guard begun < cells.count else { return .over }
    let cell = cells[begun]
    if isInterrupted { return .interrupted(before: cell.name) }
    if isLate { return .over }
    begun += 1
    return .run(cell, number: begun, seed: seed &+ UInt64(begun - 1))
  }

  /// The cell that began last has no record.
  mutating func noteFailure() {
    precondition(begun > 0, "no cell has begun, so none can have failed")
    failed.append(cells[begun - 1].name)
  }

  /// The cells without a record: those that failed, then those that did not begin.
  var owed: [String] { failed + cells[begun...].map(\.name) }
}
