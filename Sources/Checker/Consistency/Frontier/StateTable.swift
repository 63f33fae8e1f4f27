/// The states of an object, numbered as a search finds them; 0 is the one that it begins with.
struct StateTable<State: Hashable> {
  private var states: [State]
  private var numbers: [State: Int]

  init(initial: State) {
    states = [initial]
    numbers = [initial: 0]
  }

  subscript(number: Int) -> State { states[number] }

  /// The number of a state, given at its first sight.
  mutating func number(of state: State) -> Int {
    if let known = numbers[state] { return known }
    states.append(state)
    numbers[state] = states.count - 1
    return states.count - 1
  }
}
