import History

extension KeyAudit {
  /// Whether one order of effects agrees with all evidence about this key.
  ///
  /// The other checks each examine one aspect, and describe a violation best. This check examines all evidence
  /// together, so it only counts if none of the others has found anything.
  mutating func checkEffects() {
    guard isBeyondLinearizability else { return }
    // A duration that is longer than any history means no limit.
    let limit = options.cacheTimeToLive.flatMap { Int64(exactly: ($0 / .nanoseconds(1)).rounded(.down)) }
    let effects = KeyEffects(
      ops, trail: trail, written: written,
      expected: { op in
        guard op.action == .cas, let pair = history.symbols.list(op.input), pair.count == 2 else { return nil }
        return pair[0]
      },
      acknowledged: { op in
        guard op.action == .cas, op.level == .queued else { return nil }
        let recorded = history.recorded(op)
        return recorded.outcome == .ok ? recorded.ret : nil
      }, timeToLive: limit)
    let answer = effects.answer()
    tallies.order.examined += 1
    switch answer {
    case .explained: return
    case .partly: tallies.order.increase("ambiguousKeys")
    case .impossible(let positions):
      guard tallies.outcomes.allSatisfy({ $0.violations == 0 }) else { return }
      violate(
        \.order,
        "no order of effects agrees with the acknowledgements, the store's record, the versions and what was read",
        positions.map { ops[$0] })
    }
  }

  /// Keys on which everything asks for the strongest level, and has no versions, are left to the check of
  /// linearizability.
  private var isBeyondLinearizability: Bool {
    !trail.isEmpty
      || ops.contains {
        switch $0.level {
        case .unnamed, .committed, .linearizable: $0.hasVersion
        case .queued, .cache, .pending, .final, .finalCache, .foreign: true
        }
      }
  }
}
