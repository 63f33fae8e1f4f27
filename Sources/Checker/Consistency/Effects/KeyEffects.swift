import History

/// The effects on one key: which write each read saw, and what follows for the moments at which writes were applied.
struct KeyEffects {
  /// A write that may have been applied; the first one stands for absence before any write.
  private struct Write {
    var position: Int?
    var value: Token
    var effect = EffectOrder.Effect()
    /// Not before this moment was it applied.
    var earliest: Int64 = .min
    /// When it was sent first.
    var invoked: Int64 = .min
    /// Whether it certainly was applied, or will be: a write of unknown outcome that no read saw may never have been
    /// applied.
    var isApplied = false
    var hasOtherVersion = false
  }

  /// The evidence of a read, from any source.
  private struct Read {
    var position: Int
    var value: Token
    var version: Int64? = nil
    /// The moments between which it took place.
    var from: Int64
    var to: Int64
    /// The moment of its invocation, if everything that was acknowledged before must be applied.
    var drainedAt: Int64?
    /// Whether it may have seen what was accepted and not applied yet.
    var isAhead = false
    /// The writes that it may have seen.
    var candidates: [Int] = []
  }

  enum Answer: Equatable {
    case explained
    /// Positions in `ops` of operations that cannot be in any one order.
    case impossible([Int])
    /// Too many reads may have seen several writes: those were left out, and the rest can be ordered.
    case partly
  }

  private let ops: [Op]
  private var writes: [Write] = []
  private var reads: [Read] = []
  /// Numbers the values that were written. By number: the first and the last write of the value.
  private var values: Numbering
  private var firstWrites: [Int] = []
  private var lastWrites: [Int] = []
  /// By write: the next one of the same value; -1: none.
  private var nextWrites: [Int] = []

  /// How many combinations are tried for reads that may have seen several writes.
  static let attempts = 512

  /// - Parameters:
  ///   - ops: settled, in the order of their invocations.
  ///   - written: what an operation leaves behind if it takes effect; `nil` for one that changes nothing.
  ///   - expected: what a conditional write has to find.
  ///   - acknowledged: when a conditional write that may still come to nothing was acknowledged, as a position; `nil`: never.
  ///   - timeToLive: how long a cached read may be behind; `nil`: for ever.
  init(
    _ ops: [Op], trail: AuditTrail, written: (Op) -> Token?, expected: (Op) -> Token?,
    acknowledged: (Op) -> Int32?, timeToLive: Int64?
  ) {
    self.ops = ops
    values = Numbering(capacity: ops.count / 2)
    // Most stores count from 1, so that absence has version 0; where a write has that one, absence has none.
    let countsFromZero = ops.contains { op in
      op.hasVersion && op.version <= 0 && op.outcome != .failed && !(op.action == .read && op.output.isNull)
    }
    let absence = Write(
      value: .null, effect: .init(accepted: -1, seen: -1, version: countsFromZero ? nil : 0), earliest: -1,
      isApplied: true)
    add(absence)
    for (position, op) in ops.enumerated() where op.outcome != .failed {
      guard let value = written(op) else { continue }
      var write = Write(position: position, value: value)
      write.invoked = Self.moment(op.call)
      write.effect.sent = write.invoked
      write.effect.invoked = write.invoked
      write.effect.needed = write.effect.sent
      write.earliest = max(write.effect.sent, Self.moment(trail.effectBegin(op)))
      write.effect.needed = write.earliest
      if op.outcome == .ok {
        write.isApplied = true
        write.effect.accepted = Self.moment(op.ret)
        write.effect.seen = Self.moment(trail.effectEnd(op))
      } else if let ret = acknowledged(op) {
        // If it took effect, then in the order of the acknowledgements.
        write.effect.accepted = Self.moment(ret)
      }
      if op.hasVersion { write.effect.version = op.version }
      add(write)
    }
    let times = timeToLive == nil ? nil : Times(ops, trail)
    for (position, op) in ops.enumerated() where op.outcome == .ok && op.action != .read {
      // A condition that held is a read of what was expected.
      guard let value = expected(op) else { continue }
      let end = trail.effectEnd(op)
      guard end != Op.never, end > op.call else { continue }
      reads.append(Read(position: position, value: value, from: Self.moment(op.call), to: Self.moment(end)))
    }
    for (position, op) in ops.enumerated() where op.action == .read && op.outcome == .ok {
      var read = Read(
        position: position, value: op.output, version: op.hasVersion ? op.version : nil, from: Self.moment(op.call),
        to: Self.moment(op.ret))
      switch op.level {
      case .final, .finalCache: read.drainedAt = read.from
      case .cache, .pending:
        read.isAhead = op.level == .pending
        if let timeToLive, let times {
          read.from = min(read.from, times.moment(of: op.callTime, minus: timeToLive))
        } else {
          read.from = .min
        }
      default: break
      }
      reads.append(read)
    }
  }

  private mutating func add(_ write: Write) {
    let number = values.number(of: write.value.bits)
    if number == firstWrites.count {
      firstWrites.append(writes.count)
      lastWrites.append(writes.count)
    } else {
      nextWrites[lastWrites[number]] = writes.count
      lastWrites[number] = writes.count
    }
    nextWrites.append(-1)
    writes.append(write)
  }

  /// A position in the history as a moment; before the first event, and never, stay what they are.
  private static func moment(_ position: Int32) -> Int64 { position == Op.never ? .max : Int64(position) * 2 }

  // MARK: The answer

  func answer() -> Answer {
    var writes = writes
    var open: [Read] = []
    for read in reads {
      if let write = onlyWrite(of: read.value), Self.mayHaveSeen(read, writes[write]) {
        Self.see(read, &writes[write])
        continue
      }
      let candidates = candidates(read, writes)
      guard candidates.count != 1 else {
        Self.see(read, &writes[candidates[0]])
        continue
      }
      // It was never written, or not under that version.
      guard !candidates.isEmpty else {
        return .impossible(shown(writers(of: read.value), writes) + [read.position])
      }
      var read = read
      // Usually a read saw the latest possible write.
      read.candidates = candidates.sorted { writes[$0].earliest > writes[$1].earliest }
      open.append(read)
    }
    // One look at all of them together, before one at each. It includes the reads that are certain.
    if !open.isEmpty {
      var likely = writes
      for read in open { Self.see(read, &likely[read.candidates[0]]) }
      if conflict(likely) == nil { return .explained }
    }
    if let conflict = conflict(writes) { return .impossible(conflict) }
    guard !open.isEmpty else { return .explained }
    var attempts = Self.attempts
    if attempt(open[...], writes, &attempts) { return .explained }
    return attempts > 0 ? .impossible(open.map(\.position)) : .partly
  }

  /// Whether the reads can be taken in some way, one after the other.
  private func attempt(_ open: ArraySlice<Read>, _ writes: [Write], _ attempts: inout Int) -> Bool {
    guard let read = open.first else { return true }
    for candidate in read.candidates {
      guard attempts > 0 else { return false }
      attempts -= 1
      var next = writes
      Self.see(read, &next[candidate])
      if conflict(next) == nil, attempt(open.dropFirst(), next, &attempts) { return true }
    }
    return false
  }

  /// The writes of a value, in their order.
  private func writers(of value: Token) -> [Int] {
    guard let number = values.known(value.bits) else { return [] }
    return Array(sequence(first: firstWrites[number]) { nextWrites[$0] < 0 ? nil : nextWrites[$0] })
  }

  /// The write of a value if there is exactly one.
  private func onlyWrite(of value: Token) -> Int? {
    guard let number = values.known(value.bits), firstWrites[number] == lastWrites[number] else { return nil }
    return firstWrites[number]
  }

  /// Whether the only write of the value that was read may be what the read saw.
  private static func mayHaveSeen(_ read: Read, _ write: Write) -> Bool {
    guard (read.isAhead ? write.invoked : write.earliest) < read.to else { return false }
    guard let version = read.version, let known = write.effect.version else { return true }
    return known == version
  }

  private func candidates(_ read: Read, _ writes: [Write]) -> [Int] {
    let writers = writers(of: read.value).filter {
      (read.isAhead ? writes[$0].invoked : writes[$0].earliest) < read.to
    }
    guard let version = read.version else { return writers }
    let known = writers.filter { writes[$0].effect.version == version }
    return known.isEmpty ? writers.filter { writes[$0].effect.version == nil } : known
  }

  private static func see(_ read: Read, _ write: inout Write) {
    write.isApplied = true
    if read.isAhead {
      write.effect.shown = min(write.effect.shown, read.to)
    } else {
      write.effect.seen = min(write.effect.seen, read.to)
    }
    write.effect.needed = max(write.effect.needed, read.from)
    if let drainedAt = read.drainedAt { write.effect.sent = max(write.effect.sent, drainedAt) }
    if let version = read.version {
      if let known = write.effect.version, known != version { write.hasOtherVersion = true }
      write.effect.version = version
    }
  }

  /// Operations that contradict each other; `nil` where all of them can be in one order.
  private func conflict(_ writes: [Write]) -> [Int]? {
    var effects: [EffectOrder.Effect] = []
    var numbers: [Int] = []
    effects.reserveCapacity(writes.count)
    numbers.reserveCapacity(writes.count)
    // Everything acknowledged has to be there at a final read, so nothing else needs to be known of it.
    for (number, write) in writes.enumerated() where write.isApplied {
      if write.hasOtherVersion || (number > 0 && write.earliest >= write.effect.seen) { return shown([number], writes) }
      var effect = write.effect
      effect.accepted = min(effect.accepted, effect.seen)
      effect.shown = min(effect.shown, effect.accepted)
      effects.append(effect)
      numbers.append(number)
    }
    return EffectOrder(effects: effects).contradiction().map { shown($0.map { numbers[$0] }, writes) }
  }

  /// The writes, and the reads that say the most of each.
  private func shown(_ numbers: [Int], _ writes: [Write]) -> [Int] {
    var positions: Set<Int> = []
    for number in numbers {
      let write = writes[number]
      if let position = write.position { positions.insert(position) }
      for read in reads where read.value == write.value {
        let isTelling =
          read.to == write.effect.seen || read.to == write.effect.shown || read.from == write.effect.needed
          || read.version != nil && read.version == write.effect.version
        if isTelling, positions.count < 8 { positions.insert(read.position) }
      }
    }
    return positions.sorted()
  }
}

/// From times to moments, for one key.
private struct Times {
  private var events: [(time: Int64, moment: Int64)] = []

  init(_ ops: [Op], _ trail: AuditTrail) {
    for op in ops {
      events.append((op.callTime, Int64(op.call) * 2))
      if op.ret != Op.never { events.append((op.returnTime, Int64(op.ret) * 2)) }
      // Audits may name no key, and still tell when its writes were there.
      let end = trail.effectEnd(op)
      if end != Op.never { events.append((trail.effectEndTime(op), Int64(end) * 2)) }
    }
    events.sort { $0.moment < $1.moment }
    // Clocks of recorders may step back; what counts is the order of the events.
    for index in events.indices.dropFirst() { events[index].time = max(events[index].time, events[index - 1].time) }
  }

  /// The earliest moment that may lie at `time - duration` or later.
  func moment(of time: Int64, minus duration: Int64) -> Int64 {
    let (earliest, overflow) = time.subtractingReportingOverflow(duration)
    guard !overflow else { return .min }
    var (low, high) = (0, events.count)
    while low < high {
      let middle = (low + high) / 2
      if events[middle].time >= earliest { high = middle } else { low = middle + 1 }
    }
    return low < events.count ? events[low].moment - 1 : .max
  }
}
