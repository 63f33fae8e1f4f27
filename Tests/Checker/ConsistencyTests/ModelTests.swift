import History
import Testing

@testable import Consistency

/// Models beyond the register, and what answers say, on histories that break them, beside ones that do not by a hair.
@Suite struct ModelTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var options: CheckOptions
    var verdict: Verdict
    var events: [Event]

    /// - Parameter lines: an operation each, from invocation to completion: who, what, its value, its answer. A line
    ///   that begins with `>` only invokes, one with `<` only completes.
    init(_ name: String, _ verdict: Verdict, _ options: CheckOptions, _ lines: [Line]) {
      (testDescription, self.verdict, self.options) = (name, verdict, options)
      events = []
      for line in lines {
        func add(_ kind: Event.Kind, _ value: Value) {
          events.append(
            Event(
              index: events.count, timeNanoseconds: Int64(events.count), process: .client(line.process), kind: kind,
              function: line.function, value: value, level: line.level))
        }
        if line.part != .end { add(.invoke, line.value) }
        if line.part != .begin { add(line.kind, line.answer) }
      }
    }

    init(_ name: String, _ verdict: Verdict, _ lines: [Line]) { self.init(name, verdict, CheckOptions(), lines) }
  }

  struct Line: Sendable {
    enum Part { case whole, begin, end }

    var process: Int
    var function: String
    var value = Value.null
    var answer = Value.null
    var kind = Event.Kind.ok
    var part = Part.whole
    var level: String?
  }

  private static func op(
    _ process: Int, _ function: String, _ value: Literal = .null, _ answer: Literal = .null,
    _ kind: Event.Kind = .ok, _ part: Line.Part = .whole, level: String? = nil
  ) -> Line {
    Line(
      process: process, function: function, value: value.value, answer: answer.value, kind: kind, part: part,
      level: level)
  }

  private static func write(_ value: Literal, _ answer: Literal? = nil) -> Line {
    op(0, "write", value, answer ?? value)
  }
  private static func read(_ value: Literal, level: String? = nil) -> Line { op(1, "read", .null, value, level: level) }
  private static func add(_ value: Literal) -> Line { op(0, "add", value, value) }
  private static func list(_ values: Literal...) -> Literal { .list(values) }

  static let counters = [
    Case("a sum", .holds, [add(1), add(2), read(3)]),
    Case("a wrong sum", .violated, [add(1), add(2), read(4)]),
    Case("a stale sum", .violated, [add(1), add(2), read(1)]),
    Case("a stale sum of a cache", .holds, [add(1), add(2), read(1, level: "cache"), read(3)]),
    Case("a sum of a cache that never was", .violated, [add(1), add(2), read(2, level: "cache")]),
    Case("an add taken away", .holds, [add(5), add(-2), read(3)]),
    Case("an unknown add that happened", .holds, [add(1), op(2, "add", 2, .null, .info), read(3)]),
    Case("an unknown add that did not", .holds, [add(1), op(2, "add", 2, .null, .info), read(1)]),
    Case(
      "an unknown add that happened and was gone", .violated, [add(1), op(2, "add", 2, .null, .info), read(3), read(1)]),
    Case("a refused add", .violated, [add(1), op(2, "add", 2, .null, .fail), read(3)]),
    Case("an initial sum", .holds, CheckOptions(initial: .integer(10)), [add(1), read(11)]),
    Case("without the initial sum", .violated, CheckOptions(initial: .integer(10)), [add(1), read(1)]),
    Case("numbers among lists", .unknown, [add(1), read(.list([1])), read(1)]),
    Case("a sum that is no number", .unknown, CheckOptions(model: .counter), [add(1), read("one")]),
  ]

  static let locks = [
    Case("a lock is released by its holder", .holds, [op(0, "lock"), op(0, "unlock"), op(1, "lock")]),
    Case("a lock is released by another", .violated, [op(0, "lock"), op(1, "unlock"), op(2, "lock")]),
    Case(
      "a lock without owners", .holds, CheckOptions(model: .mutex), [op(0, "lock"), op(1, "unlock"), op(2, "lock")]),
    Case(
      "released by another, with owners", .violated, CheckOptions(model: .ownerMutex),
      [op(0, "lock"), op(1, "unlock"), op(2, "lock")]),
    Case(
      "released under another process number, perhaps", .unknown,
      [op(0, "lock", .null, .null, .info), op(5, "unlock"), op(2, "lock")]),
    Case(
      "owners named by values", .holds, CheckOptions(model: .ownerMutex),
      [op(0, "lock", "n1"), op(5, "unlock", "n1"), op(2, "lock", "n2")]),
    Case(
      "another owner by values", .violated, CheckOptions(model: .ownerMutex),
      [op(0, "lock", "n1"), op(0, "unlock", "n2")]),
    Case("two holders", .violated, [op(0, "lock"), op(1, "lock")]),
    Case("tokens go up", .holds, [op(0, "lock", .null, 1), op(0, "unlock"), op(1, "lock", .null, 2)]),
    Case("tokens go down", .violated, [op(0, "lock", .null, 2), op(0, "unlock"), op(1, "lock", .null, 1)]),
    Case("a token twice", .violated, [op(0, "lock", .null, 2), op(0, "unlock"), op(1, "lock", .null, 2)]),
    Case(
      "tokens in maps go down", .violated,
      [
        op(0, "lock", .null, .fence(7)), op(0, "unlock"),
        op(1, "lock", .null, .fence(5)),
      ]),
    Case(
      "an acquisition without its token", .unknown, CheckOptions(model: .fencedMutex),
      [op(0, "lock", .null, 1), op(0, "unlock"), op(1, "lock")]),
    Case("an answer that is no token", .unknown, [op(0, "lock", .null, "granted"), op(0, "unlock")]),
    Case(
      "tokens of concurrent holders", .holds,
      [
        op(0, "lock", .null, .null, .ok, .begin), op(1, "lock", .null, 1), op(1, "unlock"),
        op(0, "lock", .null, 2, .ok, .end),
      ]),
  ]

  static let queues = [
    Case("a drain in order", .holds, [op(0, "enqueue", 1), op(0, "enqueue", 2), op(1, "drain", .null, list(1, 2))]),
    Case(
      "a drain out of order", .violated, [op(0, "enqueue", 1), op(0, "enqueue", 2), op(1, "drain", .null, list(2, 1))]),
    Case(
      "a drain leaves something", .violated, [op(0, "enqueue", 1), op(0, "enqueue", 2), op(1, "drain", .null, list(1))]),
    Case("an empty drain", .violated, [op(0, "enqueue", 1), op(1, "drain", .null, .list([]))]),
    Case(
      "two drains share", .violated,
      [
        op(0, "enqueue", 1), op(0, "enqueue", 2), op(1, "drain", .null, .null, .ok, .begin),
        op(2, "drain", .null, list(2, 1)), op(1, "drain", .null, .list([]), .ok, .end),
      ]),
    Case(
      "two drains share in order", .holds,
      [
        op(0, "enqueue", 1), op(0, "enqueue", 2), op(0, "enqueue", 3), op(1, "drain", .null, .null, .ok, .begin),
        op(2, "drain", .null, list(2)), op(1, "drain", .null, list(1, 3), .ok, .end),
      ]),
    Case(
      "something comes in during a drain", .holds,
      [
        op(0, "enqueue", 1), op(1, "drain", .null, .null, .ok, .begin), op(0, "enqueue", 2),
        op(1, "drain", .null, list(1), .ok, .end), op(1, "dequeue", .null, 2),
      ]),
    Case(
      "equal elements drained", .holds, [op(0, "enqueue", 1), op(0, "enqueue", 1), op(1, "drain", .null, list(1, 1))]),
    Case(
      "of equal elements one drained", .violated,
      [op(0, "enqueue", 1), op(0, "enqueue", 1), op(1, "drain", .null, list(1))]),
    Case("a drain without a list", .unknown, [op(0, "enqueue", 1), op(1, "drain", .null, "exhausted")]),
    Case(
      "delivered at least once, one of two equal", .violated, CheckOptions(model: .atLeastOnceQueue),
      [op(0, "enqueue", 1), op(0, "enqueue", 1), op(1, "dequeue", .null, 1), op(1, "dequeue")]),
    Case(
      "delivered at least once, both", .holds, CheckOptions(model: .atLeastOnceQueue),
      [
        op(0, "enqueue", 1), op(0, "enqueue", 1), op(1, "dequeue", .null, 1), op(1, "dequeue", .null, 1),
        op(1, "dequeue"),
      ]),
    Case(
      "delivered at least once, a drain leaves something", .violated, CheckOptions(model: .atLeastOnceQueue),
      [op(0, "enqueue", 1), op(0, "enqueue", 2), op(1, "drain", .null, list(2))]),
    Case("an enqueue answers a position", .unknown, [op(0, "enqueue", 1, 17), op(1, "dequeue", .null, 1)]),
  ]

  static let sets = [
    Case("a cached read is behind", .holds, [add(1), read(.list([]), level: "cache"), read(.list([1]))]),
    Case(
      "a cached read saw what was never added", .violated, [add(1), read(.list([2]), level: "cache"), read(.list([1]))]),
    Case("contains of a cache is behind", .holds, [add(1), op(1, "contains", 1, false, level: "cache")]),
    Case(
      "contains of a cache saw what was never added", .violated, [op(1, "contains", 1, true, level: "cache"), add(1)]),
    Case("a cached read saw what never was together", .violated, [add(1), add(2), read(.list([2]), level: "cache")]),
    Case("a queued add comes late", .holds, [op(0, "add", 1, 1, level: "queued"), read(.list([])), read(.list([1]))]),
    Case("a read that is no list", .unknown, [add("x"), read("garbage")]),
    Case("a read has an element twice", .unknown, [add("x"), read(.list(["x", "x"]))]),
    Case("contains answers neither true nor false", .unknown, [add(1), op(1, "contains", 1, "perhaps")]),
  ]

  static let answers = [
    Case("a put answers what was there before", .holds, [write(1), write(2, 1), read(2)]),
    Case("two puts answer the same", .violated, [write(1), write(2, 1), write(3, 1)]),
    Case("a put answers what was there later", .violated, [write(1), write(2, 3), write(3)]),
    Case("a put answers a word", .unknown, [write(1, "OK"), read(1)]),
    Case("a word, left out", .holds, CheckOptions(ignoresAnswers: true), [write(1, "OK"), read(1)]),
    Case("a word beside a stale read", .violated, [write(1, "OK"), write(2), read(1)]),
    Case("a put answers true", .holds, [write(1, true), read(1)]),
    Case("a delete answers what was there", .violated, [write(1), write(2), op(0, "delete", .null, 1)]),
    Case("a refused swap tells what it saw", .holds, [write(1), op(0, "cas", list(7, 3), 1, .fail)]),
    Case(
      "a refused swap tells what was not there", .violated, [write(1), write(2), op(0, "cas", list(7, 3), 1, .fail)]),
    Case("a refused swap tells a word", .unknown, [write(1), op(0, "cas", list(7, 3), "no", .fail)]),
    Case("a swap answers its new value", .holds, [write(1), op(0, "cas", list(1, 2), 2), read(2)]),
    Case("a swap answers another value", .unknown, [write(1), op(0, "cas", list(1, 2), 9), read(2)]),
    Case(
      "an append answers what was there", .holds,
      [
        op(0, "append", "a", ""), op(0, "append", "b", "a"), op(1, "get", .null, "ab"),
      ]),
    Case(
      "two appends answer the same", .violated,
      [
        op(0, "append", "a", ""), op(0, "append", "b", ""), op(1, "get", .null, "ab"),
      ]),
    Case(
      "a put of a string answers what was there", .violated,
      [
        op(0, "append", "a"), op(0, "put", "b", "x"), op(1, "get", .null, "b"),
      ]),
    Case("a cached string is behind", .holds, [op(0, "append", "a"), op(1, "get", .null, "", level: "cache")]),
    Case(
      "a cached string that never was", .violated, [op(0, "append", "a"), op(1, "get", .null, "b", level: "cache")]),
    Case(
      "appends answer what was there after", .unknown,
      [op(0, "append", "a", "a"), op(0, "append", "b", "ab"), op(1, "get", .null, "ab")]),
    Case(
      "appends answer what was there before, one of them like the string after", .violated,
      [op(0, "append", "b", ""), op(0, "append", "b", "bb"), op(1, "get", .null, "bb")]),
    Case("an append answers a number", .unknown, [op(0, "append", "a", 1), op(1, "get", .null, "a")]),
  ]

  static let registers = [
    Case("an initial value", .holds, CheckOptions(initial: .integer(0)), [read(0), write(1), read(1)]),
    Case(
      "absence where there is an initial value", .violated, CheckOptions(initial: .integer(0)), [read(.null), write(1)]),
    Case(
      "deleted where there is an initial value", .holds, CheckOptions(initial: .integer(0)),
      [
        read(0), op(0, "delete"), read(.null), write(0), read(0),
      ]),
    Case(
      "a swap of the initial value", .holds, CheckOptions(initial: .integer(0)),
      [op(0, "cas", list(0, 1), list(0, 1)), read(1)]),
    Case("the initial value, stale", .violated, CheckOptions(initial: .integer(0)), [write(1), read(0)]),
    Case(
      "versioned", .holds, CheckOptions(model: .versionedRegister),
      [
        write(.list([.null, 5]), list(1, 5)), read(list(1, 5)), write(.list([.null, 6]), list(2, 6)), read(list(2, 6)),
      ]),
    Case(
      "versioned, of equal values the older one", .violated, CheckOptions(model: .versionedRegister),
      [
        write(.list([.null, 5]), list(1, 5)), write(.list([.null, 5]), list(2, 5)), read(list(1, 5)),
      ]),
    Case(
      "versioned swap", .holds, CheckOptions(model: .versionedRegister),
      [
        write(.list([.null, 5]), list(1, 5)), op(0, "cas", .list([.null, list(5, 6)]), .list([2, list(5, 6)])),
        read(list(2, 6)),
      ]),
    Case("nothing was answered", .unknown, [op(0, "write", 1, 1, .fail), op(0, "read", .null, .null, .fail)]),
    Case("every outcome is unknown", .unknown, [op(0, "write", 1, 1, .info)]),
    Case(
      "a transaction of micro-operations", .unknown,
      [
        write(.list([.list([.keyword("w"), 9, 1])])), read(.list([.list([.keyword("r"), 9, 1])])),
      ]),
    Case(
      "a transaction of a log", .unknown,
      [
        op(0, "send", .list([.list([.keyword("send"), 9, 1])])),
        op(1, "poll", .null, .list([.list([.keyword("poll")])])),
      ]),
    Case("an operation of no model", .unknown, [write(1), op(0, "frobnicate", 1)]),
  ]

  @Test(arguments: counters + locks + queues + sets + answers + registers)
  func decides(_ example: Case) throws {
    let report = try ConsistencyChecker(options: example.options).check(example.events)
    #expect(
      report.verdict == example.verdict, "\(report.model as Any) \(report.checks.filter { $0.verdict != .holds })")
    guard example.verdict == .unknown else { return }
    #expect(report.checks.contains { $0.verdict == .unknown && $0.note != nil }, "\(report.checks)")
  }

  static let refusals: [(CheckOptions, [Line], ConsistencyError)] = [
    (
      CheckOptions(), [write(1), op(0, "cas", list(1, 2, 3)), read(2)],
      .unsuitableValue(index: 2, function: "cas", model: .casRegister)
    ),
    (
      CheckOptions(), [write(1), op(0, "cas", .null, .null, .info), read(2)],
      .unsuitableValue(index: 2, function: "cas", model: .casRegister)
    ),
    (
      CheckOptions(model: .versionedRegister), [op(0, "cas", list(.null, 5), list(1, 5)), read(list(1, 5))],
      .unsuitableValue(index: 0, function: "cas", model: .versionedRegister)
    ),
    (CheckOptions(model: .register), [add(1), read(1)], .unsuitableModel(function: "add", model: "register")),
    (CheckOptions(model: .queue), [write(1)], .unsuitableModel(function: "write", model: "queue")),
    (CheckOptions(), [op(0, "enqueue"), op(0, "dequeue")], .nullElement(index: 0)),
    (CheckOptions(), [read(1, level: "eventual")], .unknownLevel("eventual")),
    (
      CheckOptions(), [add(1), read(.list([1]), level: "queued")],
      .unsuitableLevel(index: 2, function: "read", level: "queued")
    ),
    (
      CheckOptions(), [write(1), op(0, "write", 2, level: "cache")],
      .unsuitableLevel(index: 2, function: "write", level: "cache")
    ),
    (
      CheckOptions(), [op(0, "enqueue", 1), op(1, "dequeue", .null, 1, level: "final-cache")],
      .unsuitableLevel(index: 2, function: "dequeue", level: "final-cache")
    ),
    (CheckOptions(initial: .integer(1)), [op(0, "lock")], .unsuitableInitial(model: "mutex")),
    (
      CheckOptions(model: .versionedRegister), [read(5)],
      .unsuitableValue(index: 1, function: "read", model: .versionedRegister)
    ),
  ]

  @Test(arguments: refusals.indices)
  func whatFitsNoModelIsRefused(number: Int) {
    let (options, lines, error) = Self.refusals[number]
    #expect(throws: error) {
      try ConsistencyChecker(options: options).check(Case("", .unknown, options, lines).events)
    }
    #expect(error.description.count > 40)
  }
}

/// A value, as short as Swift lets one write it.
struct Literal: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, Sendable {
  var value: Value

  private init(_ value: Value) { self.value = value }
  init(integerLiteral value: Int64) { self.init(.integer(value)) }
  init(stringLiteral value: String) { self.init(.string(value)) }
  init(booleanLiteral value: Bool) { self.init(.bool(value)) }

  static let null = Literal(.null)
  static func list(_ elements: [Literal]) -> Literal { Literal(.list(elements.map(\.value))) }
  static func keyword(_ name: String) -> Literal { Literal(.keyword(name)) }
  static func fence(_ number: Int64) -> Literal { Literal(.map([.keyword("fence"): .integer(number)])) }
}
