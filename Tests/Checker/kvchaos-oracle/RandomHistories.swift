import ContractOracle
import Foundation
import History
import Randomness

/// Histories made by the contract's model, half of them damaged, on which checker and oracle have to agree.
struct RandomHistories {
  /// Where the checker is weaker on purpose (docs/checker.md).
  enum WeakerClass: String, Hashable, CaseIterable {
    /// A write of unknown version does not fit between two known versions, which are neighbours.
    case roomBetweenVersions = "no room between two versions"
    /// That a condition holds at the moment of its write is held by linearizability alone, where versions and levels
    /// other than the strongest count for nothing. With them it has to hold at some moment of the request.
    case conditionalWrites = "something comes between a condition and its write"
    /// Which of different writes has the operation id that they share is not asked: each may have been applied or not,
    /// unless it was acknowledged as committed. The checker says so, and does not call it a pass.
    case sharedIDs = "which of the writes that share an id has it"
    case both = "both of these at once"
  }

  struct Disagreement {
    var seed: UInt64
    var features: Features
    var damage: [Mutation]
    var result: Comparison.Result
    var events: [Event]
  }

  private(set) var counts: [Comparison.Result: Int] = [:]
  private(set) var classes: [WeakerClass: Int] = [:]
  private(set) var damaged = 0
  private(set) var disagreements: [Disagreement] = []
  private(set) var featureCounts: [String: Int] = [:]
  /// How many disagreements are kept with their histories.
  private static let kept = 20

  /// Whether the checker says violated exactly where there is no execution, the named classes apart.
  var agrees: Bool {
    counts[.missed] ?? 0 == 0 && counts[.falseAlarm] ?? 0 == 0 && counts[.undecided] ?? 0 == 0
  }

  /// The history of a seed; odd seeds are damaged.
  static func make(_ seed: UInt64) -> (features: Features, damage: [Mutation], events: [Event]) {
    var random = SplitMix64(scattering: seed)
    let features = Features(using: &random)
    var events = HistoryGenerator.make(features, using: random)
    random = SplitMix64(scattering: ~seed)
    var damage: [Mutation] = []
    if seed % 2 == 1 {
      let wanted = Int.random(in: 1...2, using: &random)
      for _ in 0..<40 where damage.count < wanted {
        guard let mutation = Mutation.allCases.randomElement(using: &random),
          let changed = mutation.apply(to: events, using: &random)
        else { continue }
        events = changed
        damage.append(mutation)
      }
    }
    return (features, damage, events)
  }

  /// Compares on all of them, on every core.
  static func run(_ seeds: Range<UInt64>) async -> RandomHistories {
    let part: UInt64 = 500
    return await withTaskGroup(of: RandomHistories.self) { group in
      var next = seeds.lowerBound
      func add() {
        guard next < seeds.upperBound else { return }
        let range = next..<min(next + part, seeds.upperBound)
        next = range.upperBound
        group.addTask {
          var histories = RandomHistories()
          for seed in range { histories.compare(seed) }
          return histories
        }
      }
      for _ in 0..<ProcessInfo.processInfo.activeProcessorCount { add() }
      var all = RandomHistories()
      while let part = await group.next() {
        all.add(part)
        add()
      }
      return all
    }
  }

  private mutating func compare(_ seed: UInt64) {
    let (features, damage, events) = Self.make(seed)
    let comparison = Comparison(timeToLive: features.timeToLive.map { .milliseconds($0) })
    let result = comparison.compare(events)
    if !damage.isEmpty { damaged += 1 }
    for name in features.names { featureCounts[name, default: 0] += 1 }
    if result == .missed, let weaker = Self.weaker(events, comparison) {
      classes[weaker, default: 0] += 1
      return
    }
    counts[result, default: 0] += 1
    guard [.missed, .falseAlarm, .undecided].contains(result), disagreements.count < Self.kept else { return }
    disagreements.append(
      Disagreement(
        seed: seed, features: features, damage: damage, result: result, events: comparison.minimized(events, result)))
  }

  /// The class by which alone the history is missed; `nil`: the checker had to find it.
  static func weaker(_ events: [Event], _ comparison: Comparison) -> WeakerClass? {
    func isExplained(dense: Bool, loose: Bool, _ events: [Event]) -> Bool {
      var oracle = comparison.oracle
      (oracle.versionsAreDense, oracle.conditionsAreLoose) = (dense, loose)
      return (try? oracle.decide(events)) == .explained
    }
    if isExplained(dense: true, loose: false, events) { return .roomBetweenVersions }
    let apart = withoutSharedIDs(events)
    if apart != events, (try? comparison.checker.check(events).verdict) == .unknown,
      isExplained(dense: false, loose: false, apart) || weaker(apart, comparison) != nil
    {
      return .sharedIDs
    }
    // What contradicts by the strongest levels alone is no matter of the class.
    guard events.contains(where: { $0.function == "cas" }),
      isExplained(dense: false, loose: false, strongest(events))
    else { return nil }
    if isExplained(dense: false, loose: true, events) { return .conditionalWrites }
    return isExplained(dense: true, loose: true, events) ? .both : nil
  }

  /// The history as the checker has it: of different writes that share an id, and were not refused, each is one of
  /// unknown outcome, unless it was acknowledged as committed or another one was. The record is not asked for such an
  /// id.
  private static func withoutSharedIDs(_ events: [Event]) -> [Event] {
    struct Write: Hashable { var key: String?, function: String, value: Value }
    var open: [Event.Process: Int] = [:]
    var completions: [Int: Int] = [:]
    for (position, event) in events.enumerated() {
      if event.kind == .invoke {
        open[event.process] = position
      } else if let start = open.removeValue(forKey: event.process) {
        completions[start] = position
      }
    }
    var alive: [String: Set<Write>] = [:]
    var committed: Set<String> = []
    for (position, event) in events.enumerated() where event.kind == .invoke && event.function != "operation" {
      guard let id = event.operation else { continue }
      let answer = completions[position].map { events[$0] }
      // A conditional write that was refused for its condition has its id, too.
      guard answer?.kind != .fail || event.function == "cas" else { continue }
      alive[id, default: []].insert(Write(key: event.key, function: event.function, value: event.value))
      if answer?.kind == .ok, event.level != "queued" { committed.insert(id) }
    }
    let shared = Set(alive.filter { $0.value.count > 1 }.keys).subtracting(committed)
    return events.compactMap { event in
      guard let id = event.operation, shared.contains(id) else { return event }
      if event.function == "operation" { return nil }
      var event = event
      event.operation = nil
      if event.kind == .ok { event.kind = .info }
      return event
    }
  }

  /// The history as linearizability has it: without versions and cached reads, and a queued write may take effect at
  /// any time after its request, or never.
  private static func strongest(_ events: [Event]) -> [Event] {
    events.compactMap { event in
      var event = event
      event.version = nil
      switch event.level {
      case "cache", "pending", "final-cache": return nil
      case "final": event.level = "linearizable"
      case "queued": if event.kind == .ok { event.kind = .info }
      default: break
      }
      return event
    }
  }

  private mutating func add(_ other: RandomHistories) {
    counts.merge(other.counts, uniquingKeysWith: +)
    classes.merge(other.classes, uniquingKeysWith: +)
    featureCounts.merge(other.featureCounts, uniquingKeysWith: +)
    damaged += other.damaged
    disagreements += other.disagreements
  }
}
