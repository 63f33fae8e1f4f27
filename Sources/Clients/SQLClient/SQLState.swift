/// A SQLSTATE (PostgreSQL documentation, appendix A; CockroachDB uses the same codes).
public struct SQLState: Sendable, Hashable {
  public let code: String

  public init(_ code: String) { self.code = code }

  /// What an ERROR with this code says about the transaction it came in.
  ///
  /// - Parameter mayHaveCommitted: whether the COMMIT (or the end of an implicit transaction) had been sent already.
  public func effect(mayHaveCommitted: Bool) -> SQLError.Effect {
    switch code {
    case "40001", "40P01":
      // Serialization failure, deadlock: rolled back, by definition to be tried again.
      .noneRetryable
    case "40003", "08007":
      // Statement completion unknown (CockroachDB's ambiguous result), transaction resolution unknown.
      .unknown
    case "23505":
      // A concurrent transaction recorded the same operation first: the next attempt sees its record.
      .noneRetryable
    case "25006", "57P03", "55P03", "53200", "53300", "53400":
      // A read-only or starting node, a lock timeout, a full node: rolled back; another node or moment may do.
      .noneRetryable
    case "57014":
      // A cancelled statement, statement_timeout too: CockroachDB's also runs during COMMIT, and then hides whether it
      // took.
      mayHaveCommitted ? .unknown : .noneRetryable
    case _ where code.hasPrefix("08") || code.hasPrefix("57P") || code.hasPrefix("58") || code.hasPrefix("XX"):
      // The connection, the server or its disk gave up: at COMMIT that says nothing about the commit.
      mayHaveCommitted ? .unknown : .noneRetryable
    case _ where Self.refusingClasses.contains(String(code.prefix(2))):
      .none
    default:
      // An unknown code proves nothing.
      mayHaveCommitted ? .unknown : .none
    }
  }

  /// The classes of errors that are raised while a statement is carried out, which ends its transaction: a feature that
  /// is not supported, data, constraints, the transaction's or the user's state, names and rights, resources.
  private static let refusingClasses: Set<String> = [
    "03", "0A", "20", "21", "22", "23", "24", "25", "26", "27", "28", "2B", "34", "39", "3B", "3D", "3F", "40", "42",
    "44", "53", "54", "55", "P0",
  ]

  /// True when the connection must not be used again: the node is shutting down, or is no leader (any more); or the
  /// session does not find the schema, or its rights, as they should be (class 42).
  ///
  /// Class 42 is the state before a migration. A CockroachDB session keeps its lease on the table's descriptor when a
  /// statement is refused at its Parse message, until its next transaction ends, and the migration that would add what
  /// is missing waits for that lease: up to five minutes.
  public var endsConnection: Bool {
    code == "25006" || code.hasPrefix("57P") || code.hasPrefix("08") || code.hasPrefix("42")
  }
}
