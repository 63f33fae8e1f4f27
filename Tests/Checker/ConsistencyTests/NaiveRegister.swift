import History

@testable import Consistency

/// Exhaustive search over every order: slow, short, and plainly right.
struct NaiveRegister {
  private let ops: [RegisterOp]
  private var seen: Set<Configuration> = []
  private var order: [Int] = []

  private struct Configuration: Hashable {
    var done: UInt64
    var state: Token
  }

  init(_ ops: [RegisterOp]) { self.ops = ops }

  static func isLinearizable(_ ops: [RegisterOp]) -> Bool {
    var search = NaiveRegister(ops)
    return search.explore(done: 0, state: .null)
  }

  /// An order that explains what was seen, as positions; `nil` if there is none.
  static func linearization(_ ops: [RegisterOp]) -> [Int]? {
    var search = NaiveRegister(ops)
    return search.explore(done: 0, state: .null) ? search.order : nil
  }

  private mutating func explore(done: UInt64, state: Token) -> Bool {
    let ops = ops
    guard seen.insert(Configuration(done: done, state: state)).inserted else { return false }
    let left = ops.indices.filter { done & (1 << UInt64($0)) == 0 }
    if left.allSatisfy({ !ops[$0].isCertain }) { return true }
    let earliest = left.lazy.filter { ops[$0].isCertain }.map { ops[$0].ret }.min() ?? Op.never
    for index in left where ops[index].call < earliest {
      let op = ops[index]
      let after: Token? =
        switch op.kind {
        case .read: op.value == state ? state : nil
        case .write: op.value
        case .cas: op.expected == state ? op.value : nil
        case .mismatch: op.expected != state ? state : nil
        }
      guard let after else { continue }
      order.append(index)
      if explore(done: done | (1 << UInt64(index)), state: after) { return true }
      order.removeLast()
    }
    return false
  }
}
