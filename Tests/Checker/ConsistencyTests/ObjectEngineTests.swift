import History
import Randomness
import Testing

@testable import Consistency

/// The engines for append, queues and sets against exhaustive search, on small random histories of both verdicts.
@Suite struct ObjectEngineTests {
  private func verdict(_ history: PreparedHistory, _ model: Model) -> KeyVerdict {
    let check = KeyCheck(
      history: history, trail: AuditTrail(history), model: model, options: CheckOptions(ignoresAnswers: true),
      failedCas: .notDone,
      budget: Budget())
    return check.verdict(ofGroup: history.groupCount - 1)
  }

  /// Compares an engine with exhaustive search over `rounds` histories.
  private func compare<Made, State: Hashable>(
    _ random: RandomEvents<Made>, model: Model, seed: Int, rounds: Int = 1000, from initial: State,
    steps: (Op, PreparedHistory) -> [NaiveObject<State>.Step]
  ) throws {
    var generator = SplitMix64(scattering: UInt64(seed))
    var verdicts: [Bool: Int] = [:]
    for number in 0..<rounds {
      let events = random.make(&generator)
      let (history, ops) = try PreparedHistory.onlyObject(events)
      let all = ops.flatMap { steps($0, history) }
      let expected = NaiveObject.isLinearizable(all, from: initial)
      verdicts[expected, default: 0] += 1
      let found = verdict(history, model)
      #expect(
        found.verdict == (expected ? .holds : .violated),
        "seed \(seed), history \(number), \(found.engine): \(events.map(line))")
    }
    #expect(verdicts[true, default: 0] > rounds / 50 && verdicts[false, default: 0] > rounds / 50, "\(verdicts)")
  }

  private func line(_ event: Event) -> String {
    "\(event.process) \(event.kind) \(event.function) \(event.value)"
  }

  /// Of forty elements that a read lacks the core has the first one, each time.
  @Test(arguments: [[], ["40"]]) func theCoreOfASetIsItsFirstLoss(present: [String]) throws {
    var builder = HistoryBuilder()
    for number in 0...40 {
      builder.begin("add", "\(number)", by: 0, key: "s")
      builder.end("add", "\(number)", by: 0, key: "s")
    }
    var events = builder.events
    func append(_ kind: Event.Kind, _ value: Value) {
      events.append(
        Event(
          index: events.count, timeNanoseconds: Int64(events.count), process: .client(1), kind: kind, function: "read",
          key: "s", value: value))
    }
    for elements in [present, present.isEmpty ? [] : (0...40).map(String.init)] {
      append(.invoke, .null)
      append(.ok, .list(elements.map(Value.string)))
    }
    let report = try ConsistencyChecker(options: CheckOptions(model: .set)).check(events)
    let key = try #require(report.keys.first)
    #expect(key.verdict == .violated)
    #expect(key.core.first?.input == "\"0\"", "\(key.core)")
  }

  @Test(arguments: [0.0, 0.25], 1...6)
  func appendAgreesWithExhaustiveSearch(putShare: Double, seed: Int) throws {
    let random = RandomEvents<String>(
      initial: "",
      request: { number, random in
        if random.chance(0.45) { return .init(function: "get", value: .null, mayBeUnknown: false) }
        // Few letters, so that the same text comes about in several ways.
        let text = random.chance(0.5) ? "a" : random.chance(0.5) ? "ab" : "b\(number)"
        return .init(function: random.chance(putShare) ? "put" : "append", value: .string(text))
      },
      apply: { request, state in
        guard case .string(let text) = request.value else { return .string(state) }
        state = request.function == "put" ? text : state + text
        return request.value
      })
    try compare(random, model: .append, seed: seed, from: "") { op, history in
      func text(_ token: Token) -> String { String(decoding: history.symbols.bytes(token) ?? [], as: UTF8.self) }
      let (read, input, action) = (text(op.output), text(op.input), op.action)
      guard op.action != .read || op.outcome == .ok else { return [] }
      return [
        .init(call: op.call, ret: op.outcome == .ok ? op.ret : Op.never, isCertain: op.outcome == .ok) { state in
          switch action {
          case .read: state == read ? [state] : []
          case .write: [input]
          default: [state + input]
          }
        }
      ]
    }
  }

  struct QueueShape: CustomTestStringConvertible, Sendable {
    var testDescription: String
    /// Distinct elements; `nil`: each is enqueued once.
    var elements: Int?
    var unknownEnqueues = 0.2
    var unknownDequeues = false
    var enqueueShare = 0.5
  }

  static let queueShapes = [
    QueueShape(testDescription: "distinct"), QueueShape(testDescription: "distinct, no unknowns", unknownEnqueues: 0),
    QueueShape(testDescription: "mostly dequeues", enqueueShare: 0.35),
    QueueShape(testDescription: "distinct, unknown dequeues", unknownDequeues: true),
    QueueShape(testDescription: "repeated", elements: 2),
    QueueShape(testDescription: "all", elements: 2, unknownDequeues: true),
  ]

  @Test(arguments: queueShapes, 1...6)
  func queuesAgreeWithExhaustiveSearch(_ shape: QueueShape, seed: Int) throws {
    let random = RandomEvents<[Value]>(
      unknownShare: shape.unknownEnqueues, initial: [],
      request: { number, random in
        guard random.chance(shape.enqueueShare) else {
          return .init(function: "dequeue", value: .null, mayBeUnknown: shape.unknownDequeues)
        }
        let element = shape.elements.map { Int.random(in: 0..<$0, using: &random) } ?? number
        return .init(function: "enqueue", value: .integer(Int64(element)))
      },
      apply: { request, state in
        if request.function == "dequeue" { return state.isEmpty ? .null : state.removeFirst() }
        state.append(request.value)
        return request.value
      })
    try compare(random, model: .queue, seed: seed, from: [Token]()) { op, _ in
      let (action, input, output, isCertain) = (op.action, op.input, op.output, op.outcome == .ok)
      return [
        .init(call: op.call, ret: isCertain ? op.ret : Op.never, isCertain: isCertain) { state in
          if action == .enqueue { return [state + [input]] }
          if !isCertain { return [state.isEmpty ? state : Array(state.dropFirst())] }
          if output.isNull { return state.isEmpty ? [state] : [] }
          return state.first == output ? [Array(state.dropFirst())] : []
        }
      ]
    }
  }

  @Test(arguments: [true, false], 1...6)
  func setsAgreeWithExhaustiveSearch(readsWhole: Bool, seed: Int) throws {
    let random = RandomEvents<Set<Int64>>(
      overlap: 4, initial: [],
      request: { number, random in
        if random.chance(0.5) {
          if readsWhole { return .init(function: "read", value: .null, mayBeUnknown: false) }
          return .init(
            function: "contains", value: .integer(Int64.random(in: 0..<2, using: &random)), mayBeUnknown: false)
        }
        let element = Int64.random(in: 0..<(readsWhole ? 6 : 2), using: &random)
        return .init(function: !readsWhole && random.chance(0.5) ? "remove" : "add", value: .integer(element))
      },
      apply: { request, state in
        guard case .integer(let element) = request.value else { return .list(state.sorted().map(Value.integer)) }
        switch request.function {
        case "add": state.insert(element)
        case "remove": state.remove(element)
        default: return .bool(state.contains(element))
        }
        return request.value
      })
    try compare(random, model: .set, seed: seed, from: Set<Token>()) { op, history in
      let (action, input, output) = (op.action, op.input, op.output)
      let whole = Set(history.symbols.list(output) ?? [])
      guard op.outcome == .ok || (action != .read && action != .contains) else { return [] }
      return [
        .init(call: op.call, ret: op.outcome == .ok ? op.ret : Op.never, isCertain: op.outcome == .ok) { state in
          switch action {
          case .add: [state.union([input])]
          case .remove: [state.subtracting([input])]
          case .contains: state.contains(input) == (output == .yes) ? [state] : []
          default: state == whole ? [state] : []
          }
        }
      ]
    }
  }
}
