/// `mutants.json`: the results for recorded histories that were damaged on purpose, by kind of damage and by history.
public struct MutantRecord: Sendable, Hashable, Codable {
  public static let currentSchema = "kvchaos.mutants/1"

  /// The results for some mutants.
  public struct Counts: Sendable, Hashable, Codable {
    /// The checker says violated.
    public var caught: Int
    /// The checker does not, and the oracle shows an execution of the contract that gives the damaged history.
    public var legal: Int
    /// The checker does not, and there is no such execution.
    public var missed: Int
    /// The checker does not, and the oracle ran into its limit.
    public var undecided: Int
    /// The checker says violated, although the oracle shows an execution.
    public var falseAlarms: Int

    public init(caught: Int = 0, legal: Int = 0, missed: Int = 0, undecided: Int = 0, falseAlarms: Int = 0) {
      self.caught = caught
      self.legal = legal
      self.missed = missed
      self.undecided = undecided
      self.falseAlarms = falseAlarms
    }

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
