/// Tries everything that a store which keeps the contract may have done, and says whether any of it gives the history.
struct ContractSearch {
  enum Answer: Hashable {
    /// There is an execution of the contract that gives this history.
    case explained
    /// There is none.
    case impossible
    /// More states than the search was allowed to look at.
    case undecided
  }

  /// Where an execution may be: `position` steps of the history have happened.
  private struct Place: Hashable {
    var position: Int
    var store: Contract
    /// The looks that have been taken and not been answered yet.
    var taken: Set<Int>
  }

  private let history: KeyHistory
  private let limit: Int
  /// Without it nothing is left out because it can be seen to lead nowhere: slower, and the same answers.
  private let looksAhead: Bool
  private let effects: [Contract.Write]
  /// By position: the looks that may be taken there.
  private var open: [[Int]] = []
  private var versions: [Int64] = []

  /// - Parameter limit: how many states it may look at.
  init(_ history: KeyHistory, limit: Int = .max, looksAhead: Bool = true) {
    self.history = history
    self.limit = limit
    self.looksAhead = looksAhead
    effects = history.writes.map(\.effect)
    var now: [Int] = []
    for step in history.steps {
      open.append(now)
      switch step {
      case .asked(let look): now.append(look)
      case .answered(let look): now.removeAll { $0 == look }
      case .sent, .acknowledged: break
      }
    }
    open.append(now)
    var seen = Set(history.writes.compactMap(\.version))
    for look in history.looks {
      switch look.answer {
      case .state(_, let version?), .record(_, _, let version?): seen.insert(version)
      default: break
      }
    }
    versions = seen.sorted()
  }

  func run() -> Answer {
    guard history.contradiction == nil else { return .impossible }
    let start = Place(position: 0, store: Contract(), taken: [])
    var seen: Set<Place> = [start]
    var pending = [start]
    while let place = pending.popLast() {
      if place.position == history.steps.count { return .explained }
      // What is pushed last is tried first: that nothing happens which need not.
      for next in choices(at: place) + happening(at: place) where seen.insert(next).inserted { pending.append(next) }
      if seen.count > limit { return .undecided }
    }
    return .impossible
  }

  /// The next step of the history, where the store allows it.
  private func happening(at place: Place) -> [Place] {
    var place = place
    switch history.steps[place.position] {
    case .sent, .asked: break
    case .acknowledged(let write, let isCommitted, let version):
      guard place.store.hasAccepted(write) else { return [] }
      guard isCommitted else { break }
      let record = Contract.Look.record(writes: [write], isApplied: true, version: version)
      guard place.store.answers(record, effects) else { return [] }
    case .answered(let look):
      guard place.taken.remove(look) != nil else { return [] }
    }
    place.position += 1
    return [looking(place)]
  }

  /// What the store may do of itself.
  private func choices(at place: Place) -> [Place] {
    var places: [Place] = []
    for (number, write) in history.writes.enumerated() {
      if !place.store.hasAccepted(number), !write.twins.contains(where: place.store.hasAccepted),
        write.refusals.contains(where: { $0.contains(place.position) })
      {
        var next = place
        next.store.refuse(number)
        places.append(looking(next))
      }
      guard !place.store.hasAccepted(number), write.spans.contains(where: { $0.contains(place.position) }),
        !looksAhead || mayAccept(number, place.store)
      else { continue }
      var next = place
      next.store.accept(number, twins: write.twins)
      places.append(looking(next))
    }
    guard let write = place.store.next else { return places }
    for version in versions(for: write, above: place.store.version) {
      var next = place
      next.store.apply(history.writes[write].effect, version: version)
      places.append(looking(next))
    }
    if history.writes[write].effect.isOptional {
      var next = place
      next.store.decline()
      places.append(looking(next))
    }
    return places
  }

  /// Takes every open look that has its answer now: a look changes nothing, so that it need not wait.
  private func looking(_ place: Place) -> Place {
    var place = place
    for look in open[place.position] where !place.taken.contains(look) {
      let wanted = history.looks[look]
      guard place.store.answers(wanted.answer, effects), wanted.drained.allSatisfy(place.store.isDecided) else {
        continue
      }
      place.taken.insert(look)
    }
    return place
  }

  /// The versions that a write may get: its own where it is known; else any that was seen, or the next that was not.
  private func versions(for write: Int, above current: Int64) -> [Int64] {
    if let known = history.writes[write].version { return known > current ? [known] : [] }
    var unseen = current + 1
    for version in versions where version == unseen { unseen += 1 }
    return [unseen] + versions.filter { $0 > current }
  }

  /// Whether the order of the log can still be that of the known versions.
  private func mayAccept(_ number: Int, _ store: Contract) -> Bool {
    guard let version = history.writes[number].version else { return true }
    if version <= store.version { return false }
    return history.writes.enumerated().allSatisfy { other, write in
      guard other != number, let known = write.version else { return true }
      return store.hasAccepted(other) ? known < version : !write.isApplied || known > version
    }
  }
}
