import History

/// A recorded history cut down to some of its keys, with every operation on each: small enough to be kept, and as legal
/// as it was, since no key binds another.
struct TrimmedHistory {
  /// Of the keys that all clients share, and of those that are written once.
  static let keys = (hot: 12, fresh: 8)

  let events: [Event]

  init(_ events: [Event]) {
    let ofKey = Dictionary(grouping: events.filter { $0.key != nil && $0.process != .nemesis }) { $0.key ?? "" }
    let candidates = ofKey.filter { $0.value.count >= 6 }
    /// Keys with refused writes come first, then those with writes of unknown outcome.
    func rank(_ key: String) -> Int {
      let ends = Set((ofKey[key] ?? []).filter { $0.function == "put" || $0.function == "delete" }.map(\.kind))
      return ends.contains(.fail) ? 0 : ends.contains(.info) ? 1 : 2
    }
    let ranked = candidates.keys.sorted { (rank($0), $0) < (rank($1), $1) }
    let hot = ranked.filter { !Self.isFresh($0) }.prefix(Self.keys.hot)
    let fresh = ranked.filter(Self.isFresh).prefix(Self.keys.fresh)
    let chosen = Set(hot + fresh)
    self.events = events.filter { $0.key.map(chosen.contains) ?? false }
  }

  /// As `kvchaos run` names the keys that are written once.
  private static func isFresh(_ key: String) -> Bool { key.contains(".fresh.") }

  /// The lines of the recorded file.
  var bytes: [UInt8] {
    var line = EventLine()
    for event in events { line.append(event) }
    return line.bytes
  }
}
