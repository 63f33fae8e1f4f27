import History

/// What the store's own record says about operation ids, gathered from the history's audit events.
struct AuditTrail: Sendable {
  /// By the text number of the operation id: whether the record has it. The last answer counts.
  private var answers: [Int32: Bool] = [:]
  /// The version under which the record has it, where it says so.
  private var versions: [Int32: Int64] = [:]

  init(_ history: PreparedHistory) {
    for op in history.ops where op.action == .audit && op.outcome == .ok && op.operation >= 0 {
      if op.output == .yes { answers[op.operation] = true }
      if op.output == .yes, op.hasVersion { versions[op.operation] = op.version }
      if op.output == .no { answers[op.operation] = false }
    }
  }

  var isEmpty: Bool { answers.isEmpty }

  /// The version that the write gave its key; `nil` where the record did not say.
  func version(of op: Op) -> Int64? { op.operation < 0 ? nil : versions[op.operation] }

  /// `nil`: the record was not asked, or did not answer.
  func isApplied(_ op: Op) -> Bool? { op.operation < 0 ? nil : answers[op.operation] }
}
