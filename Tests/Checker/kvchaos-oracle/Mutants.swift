import Consistency
import ContractOracle
import Foundation
import History
import Randomness

/// Recorded histories, damaged: what the checker does not catch has to be something that the contract allows.
///
/// The contract binds no key to another. So a mutant is the history of one key, or of two where the damage needs
/// another one: then the oracle decides on all operations concerned, and not on a few of them.
struct Mutants {
  struct Counts: Codable, Hashable {
    var caught = 0
    var legal = 0
    var missed = 0
    var undecided = 0
    var falseAlarms = 0

    static func += (one: inout Counts, other: Counts) {
      one.caught += other.caught
      one.legal += other.legal
      one.missed += other.missed
      one.undecided += other.undecided
      one.falseAlarms += other.falseAlarms
    }
  }

  /// A mutant on which checker and oracle do not agree.
  struct Disagreement {
    var history: String
    var mutation: Mutation
    var what: String
    var events: [Event]
  }

  /// How long a cached read may be behind. A run has a bound of over a minute; a shorter one leaves less unseen.
  static let timeToLive = Duration.seconds(5)
  /// Keys with more operations than these take the oracle long: of those only the beginning is used.
  static let largestKey = 60

  private(set) var kinds: [Mutation: Counts] = [:]
  private(set) var skippedKeys = 0
  private(set) var disagreements: [Disagreement] = []
  var all: Counts { kinds.values.reduce(into: Counts()) { $0 += $1 } }

  private let name: String
  private let comparison = Comparison(timeToLive: Self.timeToLive, limit: 3000)
  private let patient = Oracle(timeToLive: Self.timeToLive, limit: 200_000)
  private var keys: [[Event]] = []

  /// - Parameter events: a recorded history that holds.
  init(name: String, _ events: [Event]) {
    self.name = name
    let ofKey = Dictionary(grouping: events.filter { $0.key != nil && $0.process != .nemesis }) { $0.key ?? "" }
    for (_, events) in ofKey.sorted(by: { $0.key < $1.key }) where events.count >= 6 {
      let part = events.count > 2 * Self.largestKey ? Self.beginning(of: events) : events
      // Only what is legal as it is shows anything when it is damaged.
      if [.bothHold, .leftOpen].contains(comparison.compare(part)) { keys.append(part) } else { skippedKeys += 1 }
    }
  }

  /// The beginning of a longer history of one key, with the audits of its writes. What came later binds nothing before
  /// it.
  private static func beginning(of events: [Event]) -> [Event] {
    var operations = 0
    var ids: Set<String> = []
    return events.filter { event in
      if event.function == "operation" { return event.operation.map(ids.contains) ?? false }
      if event.kind == .invoke { operations += 1 }
      guard operations <= largestKey * 2 / 3 else { return false }
      if let id = event.operation { ids.insert(id) }
      return true
    }
  }

  var usedKeys: Int { keys.count }

  /// Makes `each` mutants of every kind, where the history has room for them.
  mutating func run(each: Int, seed: UInt64) {
    guard !keys.isEmpty else { return }
    for (number, mutation) in Mutation.allCases.enumerated() {
      var random = SplitMix64(scattering: seed &+ UInt64(number) << 32)
      var made: Set<[Event]> = []
      for _ in 0..<each * 20 where made.count < each {
        guard let base = base(for: mutation, &random), let mutant = mutation.apply(to: base, using: &random),
          made.insert(mutant).inserted
        else { continue }
        judge(mutant, mutation)
      }
    }
  }

  private func base(for mutation: Mutation, _ random: inout SplitMix64) -> [Event]? {
    guard let first = keys.randomElement(using: &random) else { return nil }
    guard [.readOfAnotherKey, .keyReplaced].contains(mutation), let second = keys.randomElement(using: &random),
      second.first?.key != first.first?.key
    else { return first }
    return (first + second).sorted { $0.index < $1.index }
  }

  private mutating func judge(_ mutant: [Event], _ mutation: Mutation) {
    var counts = Counts()
    let result = comparison.compare(mutant)
    switch result {
    case .bothViolated: counts.caught = 1
    case .bothHold, .leftOpen: counts.legal = 1
    case .falseAlarm: counts.falseAlarms = 1
    case .missed: missed(mutant, &counts)
    case .outside, .refused:
      // The contract says nothing of it, as of an id that stands for writes of two keys: all that may not be said is
      // that it holds.
      if (try? comparison.checker.check(mutant).verdict) == .holds { counts.missed = 1 } else { counts.caught = 1 }
    case .undecided:
      if (try? comparison.checker.check(mutant).verdict) == .violated {
        counts.caught = 1
        break
      }
      switch try? patient.decide(mutant) {
      case .explained?: counts.legal = 1
      case .impossible?: missed(mutant, &counts)
      case .undecided?, nil: counts.undecided = 1
      }
    }
    kinds[mutation, default: Counts()] += counts
    guard counts.missed + counts.falseAlarms + counts.undecided > 0, disagreements.count < 40 else { return }
    let what = counts.missed > 0 ? "missed" : counts.falseAlarms > 0 ? "false alarm" : "undecided"
    disagreements.append(
      Disagreement(
        history: name, mutation: mutation, what: what,
        events: counts.undecided > 0 ? mutant : comparison.minimized(mutant, result)))
  }
}

extension Mutants {
  /// Of an id that stands for two writes all that may not be said is that it holds, where nothing says which has it.
  private func missed(_ mutant: [Event], _ counts: inout Counts) {
    var comparison = comparison
    comparison.oracle.limit = patient.limit
    if RandomHistories.weaker(mutant, comparison) == .sharedIDs { counts.caught = 1 } else { counts.missed = 1 }
  }
}

/// `mutants.json`, as `kvchaos detect --report` reads it.
struct MutantTable: Encodable {
  struct Row: Encodable {
    var name: String
    var counts: Mutants.Counts
  }

  var schema = "kvchaos.mutants/1"
  var command: String
  var kinds: [Row]
  var histories: [Row]

  init(_ mutants: [(name: String, mutants: Mutants)], command: String) {
    self.command = command
    kinds = Mutation.allCases.map { mutation in
      Row(
        name: mutation.rawValue,
        counts: mutants.reduce(into: Mutants.Counts()) { $0 += $1.mutants.kinds[mutation] ?? Mutants.Counts() })
    }
    histories = mutants.map { Row(name: $0.name, counts: $0.mutants.all) }
  }
}
