/// What one check found.
public struct CheckOutcome: Sendable, Hashable, Codable {
  /// Which check it was.
  public var check: CheckName
  /// What it found.
  public var verdict: Verdict
  /// How many operations (for linearizability: keys) the check could judge. 0: the history has nothing for it.
  public var examined: Int
  /// How many of those violate it. `findings` may name fewer.
  public var violations: Int
  /// How many violate the guarantee at a level that does not promise it, such as stale cached reads.
  public var allowed: Int
  /// Measurements by name; the names end in their unit. See the article on the checker.
  public var numbers: [String: Double]
  /// The first violations, each with its operations.
  public var findings: [Finding]
  /// Why the verdict is unknown, or why nothing was examined.
  public var note: String?

  /// An outcome of these fields; without them one that holds because there was nothing to examine.
  public init(
    check: CheckName, verdict: Verdict = .holds, examined: Int = 0, violations: Int = 0, allowed: Int = 0,
    numbers: [String: Double] = [:], findings: [Finding] = [], note: String? = nil
  ) {
    self.check = check
    self.verdict = verdict
    self.examined = examined
    self.violations = violations
    self.allowed = allowed
    self.numbers = numbers
    self.findings = findings
    self.note = note
  }
}
