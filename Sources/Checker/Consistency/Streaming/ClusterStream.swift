import History

/// The zone test of one key while its events come in: it keeps only the values that a read could still see.
///
/// A value is forgotten once another one has certainly replaced it: a later read of it would contradict the history,
/// and finds nothing here, which is reported as trouble. What is forgotten leaves its zone behind for as long as a zone
/// that is still open can touch it. So the memory follows the number of operations open at once, and that of writes
/// without an end that no read has seen.
///
/// It can only confirm that all is well. Trouble (a contradiction, or ambiguous values) is left to the engines that see
/// the whole history.
struct ClusterStream {
  private struct Cluster {
    var value: Token
    var firstReturn: Int32
    var lastCall: Int32
    /// Its write has not come back yet; then it cannot be forgotten.
    var isOpen: Bool
    var isRead: Bool

    var start: Int32 { min(firstReturn, lastCall) }
    var end: Int32 { max(firstReturn, lastCall) }
    var isForward: Bool { firstReturn < lastCall }
  }

  private var live: [Cluster]
  /// Zones of forgotten values.
  private var past: [Cluster] = []
  /// Writes of unknown outcome that no read has seen, by value: their invocations.
  private var unread: [UInt64: Int32] = [:]
  /// Invocations of the reads that are open.
  private var openReads: [Int32] = []
  private let sweepMinimum: Int
  /// Past this many values or reads at once the linear look-ups here cost more than to hold the history as a whole.
  private static let liveLimit = 2048
  private var sweepAt: Int
  private(set) var operations = 0
  private(set) var unknowns = 0
  private(set) var reads = 0

  /// - Parameter sweepMinimum: values kept before any is looked at for being forgotten.
  init(sweepMinimum: Int) {
    (self.sweepMinimum, sweepAt) = (sweepMinimum, sweepMinimum)
    live = [Cluster(value: .null, firstReturn: -1, lastCall: -1, isOpen: false, isRead: false)]
  }

  // Each of these returns false for trouble.

  mutating func callWrite(_ value: Token, at index: Int32) -> Bool {
    operations += 1
    guard live.count < Self.liveLimit, position(of: value) == nil, unread[value.bits] == nil else { return false }
    live.append(Cluster(value: value, firstReturn: Op.never, lastCall: index, isOpen: true, isRead: false))
    return true
  }

  mutating func callRead(at index: Int32) {
    operations += 1
    openReads.append(index)
  }

  mutating func returnRead(_ value: Token, called call: Int32, at index: Int32) -> Bool {
    close(call)
    reads += 1
    guard let position = position(of: value) else {
      guard let write = unread.removeValue(forKey: value.bits) else { return false }
      live.append(
        Cluster(value: value, firstReturn: index, lastCall: max(write, call), isOpen: false, isRead: true))
      return true
    }
    live[position].isRead = true
    if index < live[position].firstReturn { live[position].firstReturn = index }
    if call > live[position].lastCall { live[position].lastCall = call }
    return true
  }

  /// A read that got no answer says nothing.
  mutating func dropRead(called call: Int32, isUnknown: Bool) {
    close(call)
    if isUnknown { unknowns += 1 }
  }

  mutating func returnWrite(_ value: Token, at index: Int32) -> Bool {
    guard let position = position(of: value) else { return false }
    live[position].isOpen = false
    if index < live[position].firstReturn { live[position].firstReturn = index }
    guard openReads.count < Self.liveLimit else { return false }
    return live.count < sweepAt || sweep(before: openReads.min() ?? index)
  }

  mutating func loseWrite(_ value: Token) -> Bool {
    unknowns += 1
    guard let position = position(of: value) else { return false }
    live[position].isOpen = false
    guard !live[position].isRead else { return true }
    unread[value.bits] = live[position].lastCall
    live.swapAt(position, live.count - 1)
    live.removeLast()
    return true
  }

  mutating func refuseWrite(_ value: Token) -> Bool {
    guard let position = position(of: value), !live[position].isRead else { return false }
    live.swapAt(position, live.count - 1)
    live.removeLast()
    return true
  }

  /// The end of the history: whether every zone agrees with every other.
  func finish() -> Bool {
    for cluster in live where cluster.firstReturn != Op.never {
      guard settle(cluster, against: live), settle(cluster, against: past) else { return false }
    }
    return true
  }

  private func position(of value: Token) -> Int? {
    // The newest values are asked for most.
    var position = live.count - 1
    while position >= 0 {
      if live[position].value.bits == value.bits { return position }
      position -= 1
    }
    return nil
  }

  private mutating func close(_ call: Int32) {
    guard let position = openReads.firstIndex(of: call) else { return }
    openReads.swapAt(position, openReads.count - 1)
    openReads.removeLast()
  }

  /// Forgets the values that another has certainly replaced.
  ///
  /// - Parameter horizon: every operation that was invoked before it has come back.
  private mutating func sweep(before horizon: Int32) -> Bool {
    // The latest beginning of a zone that is over: whatever ended before it is replaced.
    var replaced: Int32 = -1
    for cluster in live where cluster.end < horizon && !cluster.isOpen { replaced = max(replaced, cluster.start) }
    var kept: [Cluster] = []
    kept.reserveCapacity(live.count)
    var forgotten: [Cluster] = []
    for cluster in live {
      if !cluster.isOpen, cluster.end < horizon, cluster.firstReturn < replaced {
        forgotten.append(cluster)
      } else {
        kept.append(cluster)
      }
    }
    live = kept
    for (index, cluster) in forgotten.enumerated() {
      guard settle(cluster, against: past), settle(cluster, against: forgotten[(index + 1)...]) else { return false }
    }
    past += forgotten
    // What lies before every zone that is open, or that an open read may still open, cannot be touched any more.
    let oldest = min(live.lazy.map(\.start).min() ?? horizon, horizon)
    past.removeAll { $0.end < oldest }
    sweepAt = live.count + max(sweepMinimum, live.count / 2)
    return true
  }

  /// Whether a zone that will not change any more agrees with others.
  private func settle(_ zone: Cluster, against others: some Collection<Cluster>) -> Bool {
    for other in others where other.value.bits != zone.value.bits {
      guard zone.isForward || other.isForward else { continue }
      if zone.isForward, other.isForward {
        if zone.firstReturn < other.lastCall, other.firstReturn < zone.lastCall { return false }
      } else {
        let (forward, backward) = zone.isForward ? (zone, other) : (other, zone)
        if forward.firstReturn < backward.lastCall, backward.firstReturn < forward.lastCall { return false }
      }
    }
    return true
  }
}
