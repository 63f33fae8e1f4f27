/// The strikes that follow from a plan's faults. Pure: the same steps and the same generator give the same schedule.
public struct Schedule: Sendable, Hashable {
  public private(set) var strikes: [Strike] = []

  /// - Parameter generator: draws jitters and the choices of random faults, in the order of the plan.
  public init(_ steps: [FaultStep], using generator: inout some RandomNumberGenerator) {
    for step in steps { _ = add(step, from: [Strike.Time(.start)], using: &generator) }
  }

  /// Adds a step that begins at the latest of these times.
  ///
  /// - Returns: the strikes whose ends are the end of the step.
  private mutating func add(
    _ step: FaultStep, from times: [Strike.Time], using generator: inout some RandomNumberGenerator
  ) -> [Int] {
    switch step {
    case .fault(let fault):
      return add(fault, from: Self.shift(times, by: fault.at), using: &generator)
    case .sequence(let steps, let at):
      var times = Self.shift(times, by: at)
      var last: [Int] = []
      for step in steps {
        last = add(step, from: times, using: &generator)
        times = last.map { Strike.Time(.end($0)) }
      }
      return last
    case .parallel(let steps, let at):
      let times = Self.shift(times, by: at)
      return steps.reduce(into: []) { $0 += add($1, from: times, using: &generator) }
    case .random(let random):
      return add(random, from: Self.shift(times, by: random.at), using: &generator)
    }
  }

  private mutating func add(
    _ fault: PlannedFault, from times: [Strike.Time], using generator: inout some RandomNumberGenerator
  ) -> [Int] {
    let first = append(Strike(fault, notBefore: times))
    guard let every = fault.every else { return [first] }
    for repetition in 1..<max(1, every.times) {
      let delay = every.interval * repetition + Self.draw(every.jitter, using: &generator)
      // It never meets itself: the next begins when the one before it is over.
      append(
        Strike(
          fault, notBefore: [Strike.Time(.begin(first), max(.zero, delay)), Strike.Time(.end(strikes.count - 1))]))
    }
    return [strikes.count - 1]
  }

  private mutating func add(
    _ random: RandomFaults, from times: [Strike.Time], using generator: inout some RandomNumberGenerator
  ) -> [Int] {
    let first = strikes.count
    var passed = Duration.zero
    while passed < random.length {
      let index = strikes.count
      var times = times
      if index > first {
        let gap = max(.milliseconds(100), random.interval + Self.draw(random.jitter, using: &generator))
        passed += gap
        guard passed < random.length else { break }
        times = [Strike.Time(.begin(index - 1), gap)]
        if index - random.atOnce >= first { times.append(Strike.Time(.end(index - random.atOnce))) }
      }
      append(
        Strike(
          Self.choice(of: random.choices, using: &generator), notBefore: times,
          notAfter: index > first ? Strike.Time(.begin(first), random.length) : nil, isOptional: true))
    }
    return Array(first..<strikes.count)
  }

  @discardableResult
  private mutating func append(_ strike: Strike) -> Int {
    strikes.append(strike)
    return strikes.count - 1
  }

  private static func shift(_ times: [Strike.Time], by delay: Duration) -> [Strike.Time] {
    times.map { Strike.Time($0.moment, $0.delay + delay) }
  }

  private static func draw(_ jitter: Duration, using generator: inout some RandomNumberGenerator) -> Duration {
    let milliseconds = Int(jitter / .milliseconds(1))
    return milliseconds > 0 ? .milliseconds(Int.random(in: -milliseconds...milliseconds, using: &generator)) : .zero
  }

  private static func choice(
    of choices: [RandomFaults.Choice], using generator: inout some RandomNumberGenerator
  ) -> PlannedFault {
    precondition(!choices.isEmpty, "random faults are drawn from a list that is not empty")
    var draw = Double.random(in: 0..<choices.reduce(0) { $0 + $1.weight }, using: &generator)
    for choice in choices.dropLast() {
      draw -= choice.weight
      if draw < 0 { return choice.fault }
    }
    return choices[choices.count - 1].fault
  }
}
