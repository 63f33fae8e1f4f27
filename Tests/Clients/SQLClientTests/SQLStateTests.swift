import Testing

@testable import SQLClient

@Suite("What a SQLSTATE says about the transaction")
struct SQLStateTests {
  @Test(
    arguments: [
      ("40001", SQLError.Effect.noneRetryable), ("40P01", .noneRetryable), ("23505", .noneRetryable),
      ("25006", .noneRetryable), ("57014", .unknown), ("53300", .noneRetryable), ("40003", .unknown),
      ("08007", .unknown), ("08006", .unknown), ("57P01", .unknown), ("57P02", .unknown), ("58030", .unknown),
      ("XX000", .unknown), ("42P01", .none), ("22021", .none), ("23502", .none), ("42501", .none),
      ("P0001", .none), ("99999", .unknown), ("57000", .unknown),
    ] as [(String, SQLError.Effect)])
  func atCommit(_ code: String, _ effect: SQLError.Effect) {
    #expect(SQLState(code).effect(mayHaveCommitted: true) == effect)
  }

  /// Before the COMMIT was sent nothing can have been committed, but for what the server itself calls unknown.
  @Test(arguments: ["40001", "08006", "57P01", "57P02", "58030", "XX000", "25006"])
  func beforeCommit(_ code: String) {
    #expect(SQLState(code).effect(mayHaveCommitted: false) == .noneRetryable)
  }

  @Test(
    arguments: [
      ("25006", true), ("57P01", true), ("08006", true), ("40001", false), ("23505", false), ("57014", false),
      // No right, no table, no column: a migration may wait for this very session.
      ("42501", true), ("42P01", true), ("42703", true),
    ])
  func whichConnectionsEnd(_ code: String, _ ends: Bool) { #expect(SQLState(code).endsConnection == ends) }

  @Test func arraysInBinary() {
    let array = SQLParameter.bytesArray([[0xAB], nil]).encoded
    #expect(
      array == [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 17, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 0xAB, 0xFF, 0xFF, 0xFF, 0xFF])
    #expect(SQLParameter.textArray([]).encoded == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 25])
    #expect(SQLParameter.integer(-2).encoded == [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE])
    #expect(SQLParameter.bytes(nil).encoded == nil)
  }

  @Test func integersFromBinary() {
    #expect(SQLResult.integer([0, 0, 0, 0, 0, 0, 1, 2]) == 258)
    #expect(SQLResult.integer([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]) == -1)
    #expect(SQLResult.integer([1]) == nil)
    #expect(SQLResult.integer(nil) == nil)
  }
}
