import History
import Randomness

@testable import Consistency

/// Small random histories as events, made by running an object in the order of randomly drawn moments.
struct RandomEvents<State> {
  /// What an operation asks, and what the object answers.
  struct Request {
    var function: String
    var value: Value
    /// Its answer may get lost on the way.
    var mayBeUnknown = true
  }

  var operations = 2...9
  /// How long an operation is open, in operations.
  var overlap = 3.0
  var unknownShare = 0.15
  /// Answers that are replaced by that of another operation.
  var disturbances = 0...6
  var initial: State
  var request: (_ number: Int, inout SplitMix64) -> Request
  /// Applies a request and answers it.
  var apply: (Request, inout State) -> Value

  func make(_ random: inout SplitMix64) -> [Event] {
    let count = Int.random(in: operations, using: &random)
    var marks: [(time: Double, op: Int, part: Int)] = []
    for op in 0..<count {
      let start = Double.random(in: 0..<Double(count), using: &random)
      let length = Double.random(in: 0..<overlap, using: &random)
      marks += [
        (start, op, 0), (start + length * Double.random(in: 0..<1, using: &random), op, 1), (start + length, op, 2),
      ]
    }
    marks.sort { $0.time < $1.time }
    let requests = (0..<count).map { request($0, &random) }
    var answers: [Value] = Array(repeating: .null, count: count)
    let lost = requests.map { $0.mayBeUnknown && random.chance(unknownShare) }
    var state = initial
    for mark in marks where mark.part == 1 && (!lost[mark.op] || random.chance(0.5)) {
      answers[mark.op] = apply(requests[mark.op], &state)
    }
    for _ in 0..<Int.random(in: disturbances, using: &random) {
      let victim = Int.random(in: 0..<count, using: &random)
      let other = Int.random(in: 0..<count, using: &random)
      if requests[victim].function == requests[other].function { answers.swapAt(victim, other) }
    }
    return marks.filter { $0.part != 1 }.enumerated().map { index, mark in
      let request = requests[mark.op]
      let kind: Event.Kind = mark.part == 0 ? .invoke : lost[mark.op] ? .info : .ok
      return Event(
        index: index, timeNanoseconds: Int64(index), process: .client(mark.op), kind: kind, function: request.function,
        value: kind == .ok ? answers[mark.op] : request.value)
    }
  }
}

extension PreparedHistory {
  /// The operations of a history with one object.
  static func onlyObject(_ events: [Event]) throws -> (history: PreparedHistory, ops: [Op]) {
    let history = try PreparedHistory(events)
    return (history, history.ops(inGroup: history.groupCount - 1))
  }
}
