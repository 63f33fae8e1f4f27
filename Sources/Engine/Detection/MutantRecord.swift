/// `mutants.json`: the results for recorded histories that were damaged on purpose, by kind of damage and by history.
public struct MutantRecord: Sendable, Hashable, Codable {
  public static let currentSchema = "kvchaos.mutants/1"

  /// The results for some mutants.
  public struct Counts: Sendable, Hashable, Codable {
    /// The checker says violated.
    public var caught = 0
    /// The checker does not, and the oracle shows an execution of the contract that gives the damaged history.
    public var legal = 0
    /// The checker does not, and there is no such execution.
    public var missed = 0
    /// The checker does not, and the oracle ran into its limit.
    public var undecided = 0
    /// The checker says violated, although the oracle shows an execution.
    public var falseAlarms = 0

    var all: Int { caught + legal + missed + undecided + falseAlarms }

    static func + (one: Counts, other: Counts) -> Counts {
      Counts(
        caught: one.caught + other.caught, legal: one.legal + other.legal, missed: one.missed + other.missed,
        undecided: one.undecided + other.undecided, falseAlarms: one.falseAlarms + other.falseAlarms)
    }
  }

  /// The mutants of one kind, or of one history.
  public struct Row: Sendable, Hashable, Codable {
    public var name: String
    public var counts: Counts

    public init(name: String, counts: Counts) {
      self.name = name
      self.counts = counts
    }
  }

  public var schema = Self.currentSchema
  /// What made it, as a user would type it.
  public var command: String
  public var kinds: [Row]
  public var histories: [Row]

  public init(command: String, kinds: [Row], histories: [Row]) {
    self.command = command
    self.kinds = kinds
    self.histories = histories
  }
}
