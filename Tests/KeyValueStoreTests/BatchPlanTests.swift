import KeyValueStore
import Testing

@Suite("The plan of a batch")
struct BatchPlanTests {
  private func put(_ operation: String, _ key: String, _ value: String?) throws -> Command {
    Command(
      operation: try OperationID(operation), key: try Key(key),
      effect: try value.map { .put(try Value($0)) } ?? .delete,
      acceptedAtMilliseconds: 0)
  }

  @Test func versionsGoUpInQueueOrder() throws {
    let key = try Key("a")
    let plan = BatchPlan(
      commands: [try put("1", "a", "x"), try put("2", "b", "y"), try put("3", "a", nil), try put("4", "a", "z")],
      recorded: [:], versions: [key: 10])
    #expect(plan.results.map(\.version) == [11, 1, 12, 13])
    #expect(plan.operations.map(\.version) == [11, 1, 12, 13])
    #expect(plan.rows.map(\.key.description) == ["a", "b"])
    #expect(plan.rows[0].value?.text == "z")
    #expect(plan.rows[0].version == 13)
  }

  @Test func aDeleteIsAVersionToo() throws {
    let plan = BatchPlan(commands: [try put("1", "a", nil)], recorded: [:], versions: [:])
    #expect(plan.rows == [Row(key: try Key("a"), value: nil, version: 1, operation: try OperationID("1"))])
  }

  @Test func recordedOperationsChangeNothingAndKeepTheirVersion() throws {
    let key = try Key("a")
    let record = OperationRecord(operation: try OperationID("1"), key: key, version: 3)
    let plan = BatchPlan(
      commands: [try put("1", "a", "old"), try put("2", "a", "new")], recorded: [record.operation: record],
      versions: [key: 5])
    #expect(plan.results.map(\.disposition) == [.duplicate, .applied])
    #expect(plan.results.map(\.version) == [3, 6])
    #expect(plan.operations.map(\.operation.text) == ["2"])
    #expect(plan.rows.count == 1)
  }

  @Test func aDuplicateInTheSameBatchChangesNothing() throws {
    let plan = BatchPlan(
      commands: [try put("1", "a", "x"), try put("2", "a", "y"), try put("1", "a", "x")], recorded: [:], versions: [:])
    #expect(plan.results.map(\.disposition) == [.applied, .applied, .duplicate])
    #expect(plan.results.map(\.version) == [1, 2, 1])
    #expect(plan.rows.first?.value?.text == "y")
  }

  @Test func anOperationOfAnotherKeyIsAConflict() throws {
    let record = OperationRecord(operation: try OperationID("1"), key: try Key("b"), version: 3)
    let plan = BatchPlan(commands: [try put("1", "a", "x")], recorded: [record.operation: record], versions: [:])
    #expect(plan.results.map(\.disposition) == [.conflict])
    #expect(plan.rows.isEmpty && plan.operations.isEmpty)
  }
}
