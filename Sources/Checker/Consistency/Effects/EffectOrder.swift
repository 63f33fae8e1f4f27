/// Decides whether the effects on one key have an order that agrees with all evidence: the acknowledgements, the
/// moments by which a write was applied, the versions, and the reads at every level.
///
/// An effect is a write that was applied, with the reads that saw it; absence at the beginning is one too. Of two
/// effects the first certainly comes before the second when
/// - the first was accepted before the second was sent, or before the final read that saw the second was asked:
///   `accepted` of the first lies before `sent` of the second (P2, P1);
/// - the first was there before something had to see the second: `seen` of the first lies before `needed` of the second
///   (P3; P4, where a cached read is one that may look back);
/// - the first was shown, accepted if not applied, before the second was sent: `shown` of the first lies before
///   `invoked` of the second (P2, for writes without an acknowledgement);
/// - its version is lower.
///
/// An order exists exactly if these relations have no cycle. Each relation compares two numbers, so the order is found
/// by repeatedly removing an effect that no other one precedes: n log n for sorting, then linear.
struct EffectOrder {
  /// Moments are positions in the history, doubled, so that there is room for a moment between two events.
  struct Effect {
    /// When the first of its attempts was sent, or the last final read that saw it was asked.
    var sent: Int64 = .min
    /// By when the store had accepted it.
    var accepted = Int64.max
    /// When the first of its attempts was sent, regardless of later observations.
    var invoked: Int64 = .min
    /// By when the store had accepted it, perhaps without an acknowledgement. A final read need not have waited for it.
    var shown = Int64.max
    /// By when the first that saw it had its answer, or its commit was reported.
    var seen = Int64.max
    /// The latest start of an observation that saw it.
    var needed: Int64 = .min
    var version: Int64?

    /// Such that they can be negated.
    fileprivate var clampedSent: Int64 { max(sent, -.max) }
    fileprivate var clampedNeeded: Int64 { max(needed, -.max) }
    fileprivate var clampedInvoked: Int64 { max(invoked, -.max) }
  }

  let effects: [Effect]

  /// Effects that have no valid order; `nil` if they have one.
  func contradiction() -> [Int]? { (isInOrder ? nil : cycle()) ?? cramped() }

  /// Whether the effects are in a valid order already. They come in the order of their invocations, which is valid for
  /// most keys, so that nothing has to be sorted.
  var isInOrder: Bool {
    // The least of all later effects.
    var (accepted, shown, seen, version) = (Int64.max, Int64.max, Int64.max, Int64.max)
    for effect in effects.reversed() {
      guard accepted >= effect.sent, shown >= effect.invoked, seen >= effect.needed else { return false }
      if let own = effect.version {
        guard own < version else { return false }
        version = own
      }
      accepted = min(accepted, effect.accepted)
      shown = min(shown, effect.shown)
      seen = min(seen, effect.seen)
    }
    return true
  }

  /// An effect of unknown version between two others, where every version between theirs is taken.
  ///
  /// Called only if there is no cycle, so the two are different ones.
  ///
  /// - Returns: the one before it, itself, and the one after it.
  private func cramped() -> [Int]? {
    let versionedCount = effects.count { $0.version != nil }
    guard versionedCount > 1, versionedCount < effects.count else { return nil }
    let unversioned = effects.indices.filter { effects[$0].version == nil }
    let versioned = effects.indices.filter { effects[$0].version != nil }
    func version(_ effect: Int) -> Int64 { effects[effect].version ?? 0 }
    let versions = versioned.map(version).sorted()
    // By a moment, and up to there (or from there on) the highest (or lowest) version.
    let accepted = Envelope(versioned, { effects[$0].accepted }, highest: version)
    let shown = Envelope(versioned, { effects[$0].shown }, highest: version)
    let seen = Envelope(versioned, { effects[$0].seen }, highest: version)
    let sent = Envelope(versioned, { -effects[$0].clampedSent }, highest: { -version($0) })
    let invoked = Envelope(versioned, { -effects[$0].clampedInvoked }, highest: { -version($0) })
    let needed = Envelope(versioned, { -effects[$0].clampedNeeded }, highest: { -version($0) })
    for effect in unversioned {
      let own = effects[effect]
      let before = [
        accepted.best(before: own.sent), shown.best(before: own.invoked), seen.best(before: own.needed),
      ].compactMap(\.self).max { version($0) < version($1) }
      let after = [
        own.accepted == .max ? nil : sent.best(before: -own.accepted),
        own.shown == .max ? nil : invoked.best(before: -own.shown),
        own.seen == .max ? nil : needed.best(before: -own.seen),
      ].compactMap(\.self).min { version($0) < version($1) }
      guard let before, let after else { continue }
      // Those that others are known to have are taken.
      let taken = versions.firstPosition { $0 >= version(after) } - versions.firstPosition { $0 > version(before) }
      let (gap, isWide) = version(after).subtractingReportingOverflow(version(before))
      if !isWide, gap - 1 <= Int64(max(taken, 0)) { return [before, effect, after] }
    }
    return nil
  }

  /// - Returns: `nil` if there is an order; otherwise a cycle of effects, each of which must come after the next one.
  func cycle() -> [Int]? {
    var accepted = Minimum(effects.indices.map { effects[$0].accepted })
    var seen = Minimum(effects.indices.map { effects[$0].seen })
    var versions = Minimum(effects.indices.map { effects[$0].version ?? .max })
    var shown = Minimum(effects.indices.map { effects[$0].shown })
    let queues = [
      effects.indices.sorted { effects[$0].sent < effects[$1].sent },
      effects.indices.sorted { effects[$0].needed < effects[$1].needed },
      effects.indices.sorted { effects[$0].version ?? .min < effects[$1].version ?? .min },
      effects.indices.sorted { effects[$0].invoked < effects[$1].invoked },
    ]
    var next = queues.map { _ in 0 }
    var freed = Array(repeating: UInt8(0), count: effects.count)
    var ready: [Int] = []
    var isGone = Array(repeating: false, count: effects.count)
    var left = effects.count

    /// An effect that has to come before this one.
    func obstacle(_ effect: Int) -> Int? {
      let own = effects[effect]
      if let other = accepted.least(besides: effect), effects[other].accepted < own.sent { return other }
      if let other = shown.least(besides: effect), effects[other].shown < own.invoked { return other }
      if let other = seen.least(besides: effect), effects[other].seen < own.needed { return other }
      guard let version = own.version, let other = versions.least(besides: effect) else { return nil }
      return effects[other].version.map { $0 <= version } == true ? other : nil
    }
    /// Those that the least of the others no longer holds back, by one relation.
    func free(_ relation: Int, while isFree: (Int) -> Bool) {
      while next[relation] < queues[relation].count, isFree(queues[relation][next[relation]]) {
        let effect = queues[relation][next[relation]]
        next[relation] += 1
        freed[effect] += 1
        if Int(freed[effect]) == queues.count { ready.append(effect) }
      }
    }
    func take(_ effect: Int) {
      isGone[effect] = true
      left -= 1
      accepted.remove(effect)
      seen.remove(effect)
      versions.remove(effect)
      shown.remove(effect)
    }

    while left > 0 {
      let least = (accepted.least(), seen.least(), versions.least(), shown.least())
      free(0) { effects[$0].sent <= least.0.map { effects[$0].accepted } ?? .max }
      free(1) { effects[$0].needed <= least.1.map { effects[$0].seen } ?? .max }
      free(2) { (effects[$0].version ?? .min) < least.2.flatMap { effects[$0].version } ?? .max }
      free(3) { effects[$0].invoked <= least.3.map { effects[$0].shown } ?? .max }
      if let effect = ready.popLast() {
        if !isGone[effect] { take(effect) }
        continue
      }
      // The least itself may be held back by none of the others.
      let candidates = [least.0, least.1, least.2, least.3].compactMap(\.self)
      guard let effect = candidates.first(where: { obstacle($0) == nil }) else { break }
      take(effect)
    }
    guard left > 0, var effect = isGone.firstIndex(of: false) else { return nil }
    var path: [Int] = []
    while !path.contains(effect), let other = obstacle(effect) {
      path.append(effect)
      effect = other
    }
    return path.firstIndex(of: effect).map { Array(path[$0...]) } ?? path
  }
}

/// Of what lies before a moment, the one with the highest number.
private struct Envelope {
  private var moments: [Int64] = []
  private var bests: [Int] = []

  init(_ effects: [Int], _ moment: (Int) -> Int64, highest number: (Int) -> Int64) {
    for effect in effects.sorted(by: { moment($0) < moment($1) }) {
      moments.append(moment(effect))
      if let best = bests.last, number(best) >= number(effect) { bests.append(best) } else { bests.append(effect) }
    }
  }

  func best(before moment: Int64) -> Int? {
    var (low, high) = (0, moments.count)
    while low < high {
      let middle = (low + high) / 2
      if moments[middle] < moment { low = middle + 1 } else { high = middle }
    }
    return low > 0 ? bests[low - 1] : nil
  }
}
