import Consistency

/// The checker's result for a run, or why there is none: a run must write its report even if the checker fails.
struct Decision: Sendable {
  let consistency: ConsistencyReport
  /// `nil` if the history could be judged.
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
