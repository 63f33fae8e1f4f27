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
      recorded: [:], states: [key: KeyState(version: 10, isPresent: true)])
    #expect(plan.results.map(\.version) == [11, 1, 12, 13])
    #expect(plan.operations.map(\.version) == [11, 1, 12, 13])
    #expect(plan.rows.map(\.key.description) == ["a", "b"])
    #expect(plan.rows[0].value?.text == "z")
    #expect(plan.rows[0].version == 13)
  }

  @Test func aDeleteIsAVersionToo() throws {
    let plan = BatchPlan(commands: [try put("1", "a", nil)], recorded: [:], states: [:])
    #expect(plan.rows == [Row(key: try Key("a"), value: nil, version: 1, operation: try OperationID("1"))])
  }

  @Test func recordedOperationsChangeNothingAndKeepTheirVersion() throws {
    let key = try Key("a")
    let record = OperationRecord(operation: try OperationID("1"), key: key, version: 3)
    let plan = BatchPlan(
      commands: [try put("1", "a", "old"), try put("2", "a", "new")], recorded: [record.operation: record],
      states: [key: KeyState(version: 5, isPresent: true)])
    #expect(plan.results.map(\.disposition) == [.duplicate, .applied])
    #expect(plan.results.map(\.version) == [3, 6])
    #expect(plan.operations.map(\.operation.text) == ["2"])
    #expect(plan.rows.count == 1)
  }

  @Test func aDuplicateInTheSameBatchChangesNothing() throws {
    let plan = BatchPlan(
      commands: [try put("1", "a", "x"), try put("2", "a", "y"), try put("1", "a", "x")], recorded: [:], states: [:])
    #expect(plan.results.map(\.disposition) == [.applied, .applied, .duplicate])
    #expect(plan.results.map(\.version) == [1, 2, 1])
    #expect(plan.rows.first?.value?.text == "y")
  }

  @Test func anOperationOfAnotherKeyIsAConflict() throws {
    let record = OperationRecord(operation: try OperationID("1"), key: try Key("b"), version: 3)
    let plan = BatchPlan(commands: [try put("1", "a", "x")], recorded: [record.operation: record], states: [:])
    #expect(plan.results.map(\.disposition) == [.conflict])
    #expect(plan.rows.isEmpty && plan.operations.isEmpty)
  }

  /// Whatever of a write differs: nothing of it is applied, and the first one's record stays.
  @Test func anOperationOfAnotherWriteIsAConflict() throws {
    let key = try Key("a")
    let first = try conditional("1", "a", "x", .version(4))
    let others = [
      try conditional("1", "a", "y", .version(4)), try conditional("1", "a", "x", .version(5)),
      try conditional("1", "a", "x", .absent), try put("1", "a", "x"), try put("1", "a", nil),
      try conditional("1", "b", "x", .version(4)),
    ]
    for isApplied in [true, false] {
      let record = OperationRecord(of: first, version: 5, isApplied: isApplied)
      for other in others {
        let plan = BatchPlan(
          commands: [first, other], recorded: [record.operation: record],
          states: [key: KeyState(version: 5, isPresent: true)])
        #expect(plan.results.map(\.disposition) == [isApplied ? .duplicate : .refused, .conflict])
        #expect(plan.rows.isEmpty && plan.operations.isEmpty)
      }
    }
    // In one batch the first has it.
    let plan = BatchPlan(commands: [try put("1", "a", "x"), try put("1", "a", "y")], recorded: [:], states: [:])
    #expect(plan.results.map(\.disposition) == [.applied, .conflict])
    #expect(plan.rows.map(\.value?.text) == ["x"])
    #expect(plan.operations.count == 1)
  }

  /// Records from before fingerprints say too little to refuse a retry by.
  @Test func aRecordWithoutAFingerprintIsThatOfItsKey() throws {
    let record = OperationRecord(operation: try OperationID("1"), key: try Key("a"), version: 3)
    let plan = BatchPlan(
      commands: [try put("1", "a", "x"), try put("1", "b", "x")], recorded: [record.operation: record], states: [:])
    #expect(plan.results.map(\.disposition) == [.duplicate, .conflict])
    #expect(plan.rows.isEmpty && plan.operations.isEmpty)
  }

  /// It is stored: a change of it would refuse every retry that is older. The time of acceptance is no part of it.
  @Test func aFingerprintStays() throws {
    #expect(try put("1", "a", "x").fingerprint == -7_227_536_303_676_294_518)
    #expect(try conditional("2", "a", nil, .version(3)).fingerprint == -5_287_991_257_871_171_967)
    let later = Command(
      operation: try OperationID("1"), key: try Key("a"), effect: .put(try Value("x")), acceptedAtMilliseconds: 5)
    #expect(try later.fingerprint == put("1", "a", "x").fingerprint)
  }

  private func conditional(
    _ operation: String, _ key: String, _ value: String?, _ condition: Command.Condition
  ) throws -> Command {
    let command = try put(operation, key, value)
    return Command(
      operation: command.operation, key: command.key, effect: command.effect, condition: condition,
      acceptedAtMilliseconds: 0)
  }

  @Test(
    arguments: [
      (Command.Condition.version(5), KeyState(version: 5, isPresent: true), true),
      (.version(4), KeyState(version: 5, isPresent: true), false),
      (.version(5), KeyState(version: 5, isPresent: false), true),
      (.version(1), nil, false),
      (.absent, nil, true),
      (.absent, KeyState(version: 5, isPresent: false), true),
      (.absent, KeyState(version: 5, isPresent: true), false),
    ] as [(Command.Condition, KeyState?, Bool)])
  func aConditionDecides(_ condition: Command.Condition, _ state: KeyState?, _ holds: Bool) throws {
    let key = try Key("a")
    let plan = BatchPlan(
      commands: [try conditional("1", "a", "x", condition)], recorded: [:], states: state.map { [key: $0] } ?? [:])
    #expect(plan.results.map(\.disposition) == [holds ? .applied : .refused])
    #expect(plan.rows.count == (holds ? 1 : 0))
    // Both outcomes are recorded: a retry must get the first one.
    #expect(plan.operations.map(\.isApplied) == [holds])
    #expect(plan.results[0].version == (state?.version ?? 0) + (holds ? 1 : 0))
  }

  /// Of two writers that have seen the same version, in one batch, only the first goes through.
  @Test func aConditionSeesTheWritesBeforeItInTheBatch() throws {
    let plan = BatchPlan(
      commands: [
        try conditional("1", "a", "x", .version(3)), try conditional("2", "a", "y", .version(3)),
        try conditional("3", "a", nil, .version(4)), try conditional("4", "a", "z", .absent),
      ], recorded: [:], states: [try Key("a"): KeyState(version: 3, isPresent: true)])
    #expect(plan.results.map(\.disposition) == [.applied, .refused, .applied, .applied])
    #expect(plan.results.map(\.version) == [4, 4, 5, 6])
    #expect(plan.rows.map(\.value?.text) == ["z"])
  }

  /// What was refused stays refused when it comes again, though its condition would hold by now.
  @Test func aRefusedOperationStaysRefused() throws {
    let key = try Key("a")
    let record = OperationRecord(operation: try OperationID("1"), key: key, version: 3, isApplied: false)
    let again = try conditional("1", "a", "x", .version(7))
    let plan = BatchPlan(
      commands: [again], recorded: [record.operation: record], states: [key: KeyState(version: 7, isPresent: true)])
    #expect(plan.results == [AppliedCommand(command: again, version: 3, disposition: .refused)])
    #expect(plan.rows.isEmpty && plan.operations.isEmpty)
    let twice = BatchPlan(
      commands: [try conditional("1", "a", "x", .version(1)), try conditional("1", "a", "x", .version(1))],
      recorded: [:], states: [:])
    #expect(twice.results.map(\.disposition) == [.refused, .refused])
    #expect(twice.operations.count == 1)
  }
}
