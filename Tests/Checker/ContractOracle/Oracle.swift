import History

/// Decides whether a history is one that a store which keeps P1 to P4 can give.
public struct Oracle: Sendable {
  public enum Answer: Sendable, Hashable {
    case explained
    /// No execution of the contract gives what was seen of this key.
    case impossible(key: String)
    case undecided(key: String)
  }

  /// How long a cached read may be behind; `nil`: for ever.
  public var timeToLive: Duration?
  /// The states that the search may look at, for each key.
  public var limit: Int
  /// Whether there is always room for another version between two: for histories whose versions do not count one by
  /// one.
  public var versionsAreDense = false
  /// Whether a conditional write is a look at its condition and a plain write, with room for anything between them.
  public var conditionsAreLoose = false
  var looksAhead = true

  public init(timeToLive: Duration? = nil, limit: Int = .max) {
    self.timeToLive = timeToLive
    self.limit = limit
  }

  /// - Throws: where the contract says nothing about such a history.
  public func decide(_ events: [Event]) throws -> Answer {
    var answer = Answer.explained
    for (key, history) in try KeyHistory.all(
      in: events, timeToLive: timeToLive, isLoose: conditionsAreLoose
    ).sorted(by: { $0.key < $1.key }) {
      let search = ContractSearch(
        versionsAreDense ? history.withDenseVersions() : history, limit: limit, looksAhead: looksAhead)
      switch search.run() {
      case .explained: continue
      case .impossible: return .impossible(key: key)
      case .undecided: answer = .undecided(key: key)
      }
    }
    return answer
  }
}
