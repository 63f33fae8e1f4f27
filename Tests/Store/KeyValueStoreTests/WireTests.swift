import KeyValueStore
import Testing

@Suite("Messages on the wire")
struct WireTests {
  static func command(
    _ effect: Command.Effect, key: String = "k/🐘", condition: Command.Condition? = nil
  ) throws -> Command {
    Command(
      operation: try OperationID("op-1"), key: try Key(key), effect: effect, condition: condition,
      acceptedAtMilliseconds: 1_700_000_000_123)
  }

  static let commands: [Command] = {
    let big = String(repeating: "x", count: Value.maximumBytes)
    let effects: [Command.Effect?] = [try? .put(Value("v")), try? .put(Value("")), try? .put(Value(big)), .delete]
    return effects.compactMap { $0 }.compactMap { try? command($0) }
  }()

  @Test(arguments: commands)
  func commandsComeBack(_ command: Command) throws {
    #expect(try Command(encoded: command.encoded()) == command)
  }

  @Test(arguments: commands.suffix(1) + commands.prefix(1))
  func everyTruncationIsRefused(_ command: Command) {
    let bytes = command.encoded()
    for length in 0..<bytes.count {
      #expect(throws: StoreError.self) { try Command(encoded: Array(bytes.prefix(length))) }
    }
    #expect(throws: StoreError.self) { try Command(encoded: bytes + [0]) }
  }

  @Test(arguments: [Command.Condition.version(7), .version(.max), .absent])
  func conditionsComeBack(_ condition: Command.Condition) throws {
    for effect in [Command.Effect.delete, .put(try Value("v"))] {
      let command = try Self.command(effect, condition: condition)
      #expect(try Command(encoded: command.encoded()) == command)
      #expect(command.encoded()[0] == 2)
    }
  }

  /// A worker of the version before must go on understanding what has no condition.
  @Test func withoutAConditionTheBytesAreThoseOfTheFirstVersion() throws {
    #expect(
      try Self.command(.put(try Value("v")), key: "k").encoded()
        == [1, 1, 0, 0, 0x01, 0x8B, 0xCF, 0xE5, 0x68, 0x7B, 0, 4] + Array("op-1".utf8) + [0, 1] + Array("k".utf8)
        + [0, 0, 0, 1] + Array("v".utf8))
  }

  @Test func anUnknownConditionIsRefused() throws {
    var bytes = try Self.command(.delete, key: "k", condition: .absent).encoded()
    bytes[bytes.count - 9] = 3
    #expect(throws: StoreError.self) { try Command(encoded: bytes) }
  }

  @Test(arguments: [(0, UInt8(3)), (0, 2), (1, 9), (12, 0x20), (17, 0)])
  func damagedBytesAreRefused(_ position: Int, _ byte: UInt8) throws {
    var bytes = try Self.command(.delete, key: "k").encoded()
    bytes[position] = byte
    #expect(throws: StoreError.self) { try Command(encoded: bytes) }
  }

  @Test(arguments: [Reply.Result.committed(version: 7), .committed(version: .max), .refused(version: 0), .conflict])
  func repliesComeBack(_ result: Reply.Result) throws {
    let reply = Reply(to: Self.commands[0], result)
    #expect(try Reply(encoded: reply.encoded()) == reply)
  }

  @Test(
    arguments: [
      [], [2], [1, 1, 0, 0, 0, 0, 0, 0, 0, 1], [2, 4, 0, 0, 0, 0, 0, 0, 0, 1], [2, 1, 0, 0, 0, 0, 0, 0, 0],
    ]
      as [[UInt8]])
  func malformedRepliesAreRefused(_ head: [UInt8]) throws {
    // Wire version, kind and version are followed by the fingerprint and the operation.
    let right = [2, 1, 0, 0, 0, 0, 0, 0, 0, 1] + [UInt8](repeating: 7, count: 8) + [0x61]
    #expect(try Reply(encoded: right).operation.text == "a")
    #expect(throws: StoreError.self) { try Reply(encoded: head + right.dropFirst(10)) }
    #expect(throws: StoreError.self) { try Reply(encoded: head) }
  }
}

@Suite("Messages of several commands or replies")
struct BatchWireTests {
  @Test func commandsComeBackInOrder() throws {
    let entries = WireTests.commands.enumerated().map { CommandBatch.Entry(command: $1, wantsReply: $0 % 2 == 0) }
    let batch = CommandBatch(entries: entries)
    #expect(try CommandBatch(encoded: batch.encoded(), hasReplyAddress: false) == batch)
    let none = CommandBatch(entries: [])
    #expect(try CommandBatch(encoded: none.encoded(), hasReplyAddress: false) == none)
  }

  @Test(arguments: [true, false])
  func aSingleCommandIsABatchOfOne(_ hasReplyAddress: Bool) throws {
    let command = try WireTests.command(.delete)
    let batch = try CommandBatch(encoded: command.encoded(), hasReplyAddress: hasReplyAddress)
    #expect(batch.entries == [CommandBatch.Entry(command: command, wantsReply: hasReplyAddress)])
  }

  @Test func everyTruncationIsRefused() throws {
    let entries = [true, false].map { CommandBatch.Entry(command: WireTests.commands[0], wantsReply: $0) }
    let bytes = CommandBatch(entries: entries).encoded()
    // A cut before a command leaves a whole, shorter batch; the log delivers messages whole or not at all.
    let boundaries = [1, (bytes.count - 1) / 2 + 1]
    for length in 0..<bytes.count where !boundaries.contains(length) {
      #expect(throws: StoreError.self) { try CommandBatch(encoded: Array(bytes.prefix(length)), hasReplyAddress: true) }
    }
  }

  @Test(arguments: [[0xB1, 2, 0, 0, 0, 0], [0xB1, 0, 0xFF, 0xFF, 0xFF, 0xFF, 1]] as [[UInt8]])
  func malformedBatchesAreRefused(_ bytes: [UInt8]) {
    #expect(throws: StoreError.self) { try CommandBatch(encoded: bytes, hasReplyAddress: true) }
  }

  @Test func repliesComeBack() throws {
    let replies = [
      Reply(to: WireTests.commands[0], .committed(version: 7)),
      Reply(to: WireTests.commands[1], .conflict),
    ]
    #expect(try Reply.decoded(Reply.encoded(replies)) == replies)
    #expect(throws: StoreError.self) { try Reply.decoded(Array(Reply.encoded(replies).dropLast())) }
  }
}

@Suite("Limits of keys, values and operation ids")
struct LimitTests {
  @Test(arguments: ["k", "a/b//c", "100%", "🐘", String(repeating: "k", count: 512), "\u{0}"])
  func keysInside(_ text: String) throws { #expect(try Key(text).description == text) }

  @Test(arguments: [
    ([], StoreError.Code.keyEmpty), ([UInt8](repeating: 0x61, count: 513), .keyTooLong), ([0xFF], .keyNotUTF8),
  ])
  func keysOutside(_ bytes: [UInt8], _ code: StoreError.Code) {
    let error = #expect(throws: StoreError.self) { try Key(bytes: bytes) }
    #expect(error?.code == code)
  }

  @Test func canonicallyEquivalentKeysDiffer() throws {
    #expect(try Key("\u{e9}") != Key("e\u{301}"))
  }

  @Test func valuesOutside() {
    let long = [UInt8](repeating: 0x61, count: Value.maximumBytes + 1)
    #expect(throws: StoreError.self) { try Value(bytes: long) }
    #expect(throws: StoreError.self) { try Value(bytes: [0xC3, 0x28]) }
  }

  @Test func valuesDoNotShowInDescriptions() throws {
    #expect("\(try Value("secret"))" == "a value of 6 bytes")
  }

  @Test(arguments: ["", "a b", "é", String(repeating: "x", count: 129), "tab\t"])
  func operationsOutside(_ text: String) {
    #expect(throws: StoreError.self) { try OperationID(text) }
  }

  @Test func randomOperationsHave128Bits() {
    #expect(OperationID.random().text.count == 32)
    #expect(OperationID.random() != OperationID.random())
  }
}
