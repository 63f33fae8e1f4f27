import History
import Randomness

@testable import Consistency

/// Small random histories of a register, about half of them linearizable.
struct RandomRegister {
  var operations = 1...8
  /// Distinct values to draw from; `nil`: every write has its own.
  var values: Int? = 3
  var casShare = 0.0
  var deleteShare = 0.0
  var unknownShare = 0.2
  /// How long an operation is open, in operations.
  var overlap = 4
  /// Reads that see something else, and operations that change places.
  var disturbances = 0...3

  func make(_ random: inout SplitMix64) -> [RegisterOp] {
    let count = Int.random(in: operations, using: &random)
    // Each operation has an invocation, a moment and a completion; events get distinct places.
    var marks: [(time: Double, op: Int, part: Int)] = []
    for op in 0..<count {
      let start = Double.random(in: 0..<Double(count), using: &random)
      let length = Double.random(in: 0..<Double(overlap), using: &random)
      marks.append((start, op, 0))
      marks.append((start + length * Double.random(in: 0..<1, using: &random), op, 1))
      marks.append((start + length, op, 2))
    }
    marks.sort { $0.time < $1.time }
    var call = [Int32](repeating: 0, count: count)
    var ret = [Int32](repeating: 0, count: count)
    var order: [Int] = []
    for (place, mark) in marks.enumerated() {
      switch mark.part {
      case 0: call[mark.op] = Int32(place)
      case 1: order.append(mark.op)
      default: ret[mark.op] = Int32(place)
      }
    }
    var ops = (0..<count).map {
      RegisterOp(kind: .read, isCertain: true, call: call[$0], ret: ret[$0], value: .null, source: Int32($0))
    }
    var state = Token.null
    var fresh: UInt64 = 0
    for index in order {
      let isWrite = random.chance(0.5)
      let isUnknown = isWrite && random.chance(unknownShare)
      let takesEffect = !isUnknown || random.chance(0.5)
      if isUnknown { (ops[index].isCertain, ops[index].ret) = (false, Op.never) }
      fresh += 1
      let value =
        random.chance(deleteShare)
        ? Token.null : Token(bits: values.map { UInt64.random(in: 1...UInt64($0), using: &random) } ?? fresh)
      if isWrite, random.chance(casShare) {
        let expected = random.chance(0.7) ? state : value
        if expected == state || isUnknown {
          (ops[index].kind, ops[index].value, ops[index].expected) = (.cas, value, expected)
          if expected == state, takesEffect { state = value }
        } else {
          (ops[index].kind, ops[index].expected) = (.mismatch, expected)
        }
      } else if isWrite {
        (ops[index].kind, ops[index].value) = (.write, value)
        if takesEffect { state = value }
      } else {
        ops[index].value = state
      }
    }
    // Most histories are disturbed: a read sees something else, or two operations change places.
    for _ in 0..<Int.random(in: disturbances, using: &random) {
      guard let victim = ops.indices.randomElement(using: &random),
        let other = ops.indices.randomElement(using: &random)
      else { break }
      if ops[victim].kind == .read {
        ops[victim].value = ops[other].value
      } else if ops[victim].isCertain, ops[other].isCertain {
        // The two change places in time.
        let interval = (ops[victim].call, ops[victim].ret)
        (ops[victim].call, ops[victim].ret) = (ops[other].call, ops[other].ret)
        (ops[other].call, ops[other].ret) = interval
      }
    }
    return ops.sorted { $0.call < $1.call }
  }
}
