import Failures

/// All problems of a plan file.
public struct PlanError: CategorisedError, Sendable, Hashable {
  /// The file as its user named it.
  public let path: String
  /// In the order of the file; never empty.
  public let problems: [Problem]

  public init(path: String, problems: [Problem]) {
    self.path = path
    self.problems = problems
  }

  /// One problem and its place.
  public struct Problem: Sendable, Hashable {
    /// Counted from 1; `nil` where the problem is the whole file.
    public var line: Int?
    /// Counted from 1, in Unicode scalars.
    public var column: Int?
    /// The problem and the expected value, in a sentence.
    public var message: String

    public init(line: Int?, column: Int?, message: String) {
      self.line = line
      self.column = column
      self.message = message
    }
  }

  public var category: FailureCategory { .badInput }

  /// A line a problem: `chaos/a.yml:12:18: unknown tier "reddis"; did you mean "redis"?`
  public var description: String {
    problems.map { problem in
      let place = [problem.line, problem.column].compactMap { $0.map { ":\($0)" } }.joined()
      return "\(path)\(place): \(problem.message)"
    }.joined(separator: "\n")
  }
}
