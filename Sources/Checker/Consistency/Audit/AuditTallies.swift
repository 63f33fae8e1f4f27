/// The tallies of the always-decided checks.
struct AuditTallies: Sendable {
  var lost = Tally(.lostWrites)
  var phantom = Tally(.phantomReads)
  var failed = Tally(.failedWrites)
  var stale = Tally(.staleReads)
  var duplicates = Tally(.duplicates)
  var order = Tally(.order)
  var readYourWrites = Tally(.readYourWrites)
  var monotonicReads = Tally(.monotonicReads)
  var monotonicWrites = Tally(.monotonicWrites)
  var writesFollowReads = Tally(.writesFollowReads)
  var versions = Tally(.versions)
  var convergence = Tally(.convergence)

  private static var paths: [WritableKeyPath<AuditTallies, Tally>] {
    [
      \.lost, \.phantom, \.failed, \.stale, \.duplicates, \.order, \.readYourWrites, \.monotonicReads,
      \.monotonicWrites, \.writesFollowReads, \.versions, \.convergence,
    ]
  }

  mutating func merge(_ other: AuditTallies) {
    for path in Self.paths { self[keyPath: path].merge(other[keyPath: path]) }
  }

  /// Notes that a key was not looked at.
  mutating func skip(_ reason: String) {
    for path in Self.paths {
      self[keyPath: path].undecided += 1
      self[keyPath: path].note = reason
    }
  }

  var outcomes: [CheckOutcome] { Self.paths.map { self[keyPath: $0].outcome } }
}
