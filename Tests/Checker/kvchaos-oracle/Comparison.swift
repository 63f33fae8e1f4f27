import Consistency
import ContractOracle
import Foundation
import History

/// Holds the checker against the oracle on one history.
struct Comparison {
  enum Result: String, Hashable, CaseIterable {
    case bothHold = "both hold"
    case bothViolated = "both violated"
    /// The oracle explains it, and the checker did not decide.
    case leftOpen = "explained, left open by the checker"
    /// There is no execution of the contract, and the checker does not say so.
    case missed
    /// There is an execution of the contract, and the checker says violated.
    case falseAlarm = "false alarm"
    /// The contract says nothing about it.
    case outside = "outside the contract"
    /// The oracle ran into its limit.
    case undecided
    /// The checker refuses the history as malformed.
    case refused = "refused by the checker"
  }

  var oracle: Oracle
  let checker: ConsistencyChecker

  init(timeToLive: Duration?, limit: Int = 200_000) {
    oracle = Oracle(timeToLive: timeToLive, limit: limit)
    checker = ConsistencyChecker(options: CheckOptions(threads: 1, cacheTimeToLive: timeToLive))
  }

  func compare(_ events: [Event]) -> Result {
    guard let answer = try? oracle.decide(events) else { return .outside }
    guard let verdict = try? checker.check(events).verdict else { return .refused }
    switch (answer, verdict) {
    case (.undecided, _): return .undecided
    case (.explained, .holds): return .bothHold
    case (.explained, .unknown): return .leftOpen
    case (.explained, .violated): return .falseAlarm
    case (.impossible, .violated): return .bothViolated
    case (.impossible, _): return .missed
    }
  }

  /// The smallest history that shows the same disagreement.
  func minimized(_ events: [Event], _ result: Result) -> [Event] {
    Reduction.minimize(events) { compare($0) == result }
  }

  static func lines(_ events: [Event]) -> String {
    events.map { event in
      var words = ["\(event.timeNanoseconds / 1000) us"]
      if case .client(let process) = event.process { words.append("p\(process)") }
      words += [event.kind.rawValue, event.function, event.key ?? "-", "\(event.value)"]
      if let version = event.version { words.append("version \(version)") }
      if let operation = event.operation { words.append(operation) }
      if let level = event.level { words.append(level) }
      return words.joined(separator: " ")
    }.joined(separator: "\n")
  }
}
