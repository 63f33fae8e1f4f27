import Consistency

/// What the checker says of a run, or why it cannot say anything: a checker that fails must not cost the report.
struct Decision: Sendable {
  let consistency: ConsistencyReport
  /// `nil` where the history could be judged.
  let failure: String?

  init(_ checker: OnlineChecker) {
    do throws(ConsistencyError) {
      consistency = try checker.report()
      failure = nil
    } catch {
      guard let nothing = try? OnlineChecker().report() else {
        preconditionFailure("a history without events is a history")
      }
      consistency = nothing
      failure = "the history could not be judged: \(error)"
    }
  }
}
