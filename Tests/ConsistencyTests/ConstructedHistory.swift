import History

/// A register history of any length whose verdict is known by construction: each operation is given an invocation, a
/// completion and a moment in between, and takes effect at its moment. Rewritten reads then see what certainly had been
/// overwritten.
struct ConstructedHistory {
  var operations: Int
  var clients: Int
  var keys: Int
  var readShare: Double
  var deleteShare: Double
  var unknownShare: Double

  private struct Operation {
    var process: Int
    var function: String
    var key: Int
    var call: Int
    var moment: Int
    var ret: Int
    var value = Value.null
    var isUnknown = false
    var hasEffect = true
  }

  /// - Parameter staleReads: how many reads are rewritten.
  /// - Returns: `nil` when the history has no room for so many stale reads.
  func make(staleReads: Int, _ random: inout SeededGenerator) -> [Event]? {
    var made = run(&random)
    guard rewrite(staleReads, &made, &random) else { return nil }
    let marks = made.indices.flatMap { [(time: made[$0].call, op: $0, isEnd: false), (made[$0].ret, $0, true)] }
      .sorted { ($0.time, $0.isEnd ? 1 : 0, $0.op) < ($1.time, $1.isEnd ? 1 : 0, $1.op) }
    return marks.enumerated().map { index, mark in
      let op = made[mark.op]
      return Event(
        index: index, timeNanoseconds: Int64(mark.time), process: .client(op.process),
        kind: !mark.isEnd ? .invoke : op.isUnknown ? .info : .ok, function: op.function, key: "k\(op.key)",
        value: op.function == "get" && !mark.isEnd ? .null : op.value)
    }
  }

  private func run(_ random: inout SeededGenerator) -> [Operation] {
    var made: [Operation] = []
    // By client: when it is free again, and its process number.
    var free = (0..<clients).map { (time: Int.random(in: 0..<1_000, using: &random), process: $0) }
    var nextProcess = clients
    while made.count < operations {
      guard let client = free.indices.min(by: { free[$0].time < free[$1].time }) else { return [] }
      let call = free[client].time
      let length = Int.random(in: 10...2_000, using: &random)
      let kind = Double.random(in: 0..<1, using: &random)
      var op = Operation(
        process: free[client].process, function: "put", key: Int.random(in: 0..<keys, using: &random), call: call,
        moment: Int.random(in: (call + 1)..<(call + length), using: &random), ret: call + length)
      if kind < readShare {
        op.function = "get"
      } else if kind < readShare + deleteShare {
        op.function = "delete"
      } else {
        op.value = .string("v\(made.count)")
      }
      if op.function != "get", random.chance(unknownShare) {
        (op.isUnknown, op.hasEffect) = (true, random.chance(0.5))
        // It may take effect long after its client has given up.
        if random.chance(0.3) { op.moment = op.ret + Int.random(in: 1...20_000, using: &random) }
        free[client].process = nextProcess
        nextProcess += 1
      }
      free[client].time = op.ret + Int.random(in: 1...200, using: &random)
      made.append(op)
    }
    var state: [Int: Value] = [:]
    for index in made.indices.sorted(by: { (made[$0].moment, $0) < (made[$1].moment, $1) }) {
      if made[index].function == "get" {
        made[index].value = state[made[index].key] ?? .null
      } else if made[index].hasEffect {
        state[made[index].key] = made[index].value
      }
    }
    return made
  }

  /// Lets reads see a value whose write was over before another began that was over before the read.
  private func rewrite(_ count: Int, _ made: inout [Operation], _ random: inout SeededGenerator) -> Bool {
    var left = count
    for index in made.indices.filter({ made[$0].function == "get" }).shuffled(using: &random) where left > 0 {
      let read = made[index]
      let before = made.filter { $0.key == read.key && $0.function == "put" && !$0.isUnknown && $0.ret < read.call }
      guard let newest = before.max(by: { $0.call < $1.call }),
        let old = before.last(where: { $0.ret < newest.call })
      else { continue }
      made[index].value = old.value
      left -= 1
    }
    return left == 0
  }
}
