import History
import Randomness

/// Histories made to exhaust a checker: everything is open at once, values repeat, and many orders explain what was
/// seen so far. What they are for is whether limits are kept; whether one is decided within them is a welcome accident.
struct Adversary {
  var name: String
  /// As `--model` names it.
  var model: String
  private var operations: Int
  /// Draws what an operation asks.
  private var request: (inout SplitMix64) -> (function: String, value: Value)
  /// Applies a request to the object and answers it.
  private var apply: (_ function: String, _ value: Value, _ state: inout [Value]) -> (kind: Event.Kind, value: Value)

  /// Writes all invocations, then all completions in another order; a tenth of the operations never completes.
  func write(to path: String) throws {
    var random = SplitMix64(scattering: 11)
    let requests = (0..<operations).map { _ in request(&random) }
    let file = try HistoryFile(path: path)
    var index = 0
    func write(_ process: Int, _ kind: Event.Kind, _ value: Value) throws {
      try file.append(
        Event(
          index: index, timeNanoseconds: Int64(index) * 1000, process: .client(process), kind: kind,
          function: requests[process].function, value: value))
      index += 1
    }
    for process in requests.indices { try write(process, .invoke, requests[process].value) }
    var state: [Value] = []
    var answers: [(process: Int, kind: Event.Kind, value: Value)] = []
    for process in Self.shuffled(requests.indices, &random) where random.unit() < 0.95 {
      let answer = apply(requests[process].function, requests[process].value, &state)
      answers.append((process, random.unit() < 0.9 ? answer.kind : .info, answer.value))
    }
    for place in Self.shuffled(answers.indices, &random) {
      try write(answers[place].process, answers[place].kind, answers[place].value)
    }
    try file.close()
  }

  private static func shuffled(_ range: Range<Int>, _ random: inout SplitMix64) -> [Int] {
    var places = Array(range)
    for place in places.indices.dropLast() {
      places.swapAt(place, place + Int(random.unit() * Double(places.count - place)))
    }
    return places
  }

  private static func pick<Element>(_ choices: [Element], _ random: inout SplitMix64) -> Element {
    choices[Int(random.unit() * Double(choices.count))]
  }

  private static func applyToQueue(
    _ function: String, _ value: Value, _ state: inout [Value]
  ) -> (kind: Event.Kind, value: Value) {
    guard function == "dequeue" else {
      state.append(value)
      return (.ok, value)
    }
    return (.ok, state.isEmpty ? .null : state.removeFirst())
  }

  static var all: [Adversary] {
    [
      Adversary(
        name: "register, six values", model: "register", operations: 3000,
        request: { random in
          let value = Value.integer(Int64(random.unit() * 6))
          return pick([("get", .null), ("put", value), ("put", value), ("delete", .null)], &random)
        },
        apply: { function, value, state in
          if function == "get" { return (.ok, state.first ?? .null) }
          state = function == "delete" ? [] : [value]
          return (.ok, value)
        }),
      Adversary(
        name: "cas-register, six values", model: "cas-register", operations: 3000,
        request: { random in
          let pair = [Value.integer(Int64(random.unit() * 6)), .integer(Int64(random.unit() * 6))]
          return pick([("read", .null), ("cas", .list(pair)), ("cas", .list(pair)), ("write", pair[0])], &random)
        },
        apply: { function, value, state in
          guard function == "cas", case .list(let pair) = value else {
            if function == "write" { state = [value] }
            return (.ok, function == "write" ? value : state.first ?? .null)
          }
          guard state.first == pair[0] else { return (.fail, value) }
          state = [pair[1]]
          return (.ok, value)
        }),
      Adversary(
        name: "mutex", model: "mutex", operations: 6000,
        request: { random in (pick(["acquire", "release"], &random), .null) },
        apply: { function, _, state in
          guard state.isEmpty == (function == "acquire") else { return (.fail, .null) }
          state = function == "acquire" ? [.null] : []
          return (.ok, .null)
        }),
      Adversary(
        name: "strings of few letters", model: "kv", operations: 400,
        request: { random in
          pick(
            [("get", .null)] + ["a", "b", "ab", "ba", "aba"].map { ("append", .string($0)) } + [("put", .string("a"))],
            &random)
        },
        apply: { function, value, state in
          let known = if case .string(let text)? = state.first { text } else { "" }
          guard case .string(let text) = value else { return (.ok, .string(known)) }
          state = [.string(function == "put" ? text : known + text)]
          return (.ok, value)
        }),
      Adversary(
        name: "queue, repeated elements", model: "queue", operations: 600,
        request: { random in
          let element = Value.integer(Int64(random.unit() * 3))
          return pick([("dequeue", .null), ("enqueue", element)], &random)
        },
        apply: applyToQueue),
      Adversary(
        name: "queue, distinct elements", model: "queue", operations: 600,
        request: { random in
          let element = Value.integer(Int64(random.unit() * 1e9))
          return pick([("dequeue", .null), ("enqueue", element)], &random)
        },
        apply: applyToQueue),
      Adversary(
        name: "set of four elements", model: "set", operations: 6000,
        request: { random in
          (pick(["add", "remove", "contains"], &random), .integer(Int64(random.unit() * 4)))
        },
        apply: { function, value, state in
          if function == "contains" { return (.ok, .bool(state.contains(value))) }
          state.removeAll { $0 == value }
          if function == "add" { state.append(value) }
          return (.ok, value)
        }),
      Adversary(
        name: "set read as a whole", model: "set", operations: 4000,
        request: { random in pick([("read", .null), ("add", .integer(Int64(random.unit() * 1e9)))], &random) },
        apply: { function, value, state in
          if function == "read" { return (.ok, .list(state)) }
          state.append(value)
          return (.ok, value)
        }),
    ]
  }
}
