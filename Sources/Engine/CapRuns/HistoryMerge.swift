import History

/// Puts the events of several containers on one clock.
public enum HistoryMerge {
  /// - Parameters:
  ///   - parts: each in the order of its times, which are of the machine's monotonic clock.
  ///   - start: the moment on that clock that is 0 in the result. What is earlier is left out with its completion.
  /// - Returns: all of them in the order of time, numbered; of events with the same time those of an earlier part come
  ///   first, and a part's own order stays.
  public static func merge(_ parts: [[Event]], startingAt start: Int64) -> [Event] {
    var pairing = Pairing()
    let ordered = parts.enumerated().flatMap { part, events in
      events.enumerated().map { (time: $1.timeNanoseconds, part: part, place: $0, event: $1) }
    }.sorted { ($0.time, $0.part, $0.place) < ($1.time, $1.part, $1.place) }
    var merged: [Event] = []
    merged.reserveCapacity(ordered.count)
    for var item in ordered {
      if item.event.process == .nemesis || item.event.kind == .invoke {
        guard item.time >= start else { continue }
      }
      if case .other = pairing.add(item.event), item.event.process != .nemesis { continue }
      item.event.timeNanoseconds -= start
      item.event.index = merged.count
      merged.append(item.event)
    }
    return merged
  }
}
