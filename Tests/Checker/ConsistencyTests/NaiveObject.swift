import History

@testable import Consistency

/// Exhaustive search over every order, for any sequential object: slow, short, and plainly right.
struct NaiveObject<State: Hashable> {
  struct Step {
    var call: Int32
    var ret: Int32
    var isCertain: Bool
    /// The states that the operation may lead to; none when it cannot happen.
    var apply: (State) -> [State]
  }

  private struct Configuration: Hashable {
    var done: UInt64
    var state: State
  }

  private let steps: [Step]
  private var seen: Set<Configuration> = []

  private init(_ steps: [Step]) { self.steps = steps }

  static func isLinearizable(_ steps: [Step], from state: State) -> Bool {
    var search = NaiveObject(steps)
    return search.explore(done: 0, state: state)
  }

  private mutating func explore(done: UInt64, state: State) -> Bool {
    guard seen.insert(Configuration(done: done, state: state)).inserted else { return false }
    let steps = steps
    let left = steps.indices.filter { done & (1 << UInt64($0)) == 0 }
    if left.allSatisfy({ !steps[$0].isCertain }) { return true }
    let earliest = left.filter { steps[$0].isCertain }.map { steps[$0].ret }.min() ?? Op.never
    for index in left where steps[index].call < earliest {
      for after in steps[index].apply(state) where explore(done: done | (1 << UInt64(index)), state: after) {
        return true
      }
    }
    return false
  }
}
