import History

extension KeyAudit {
  /// Acknowledged writes that are gone, according to the store's own record and to the final reads.
  mutating func checkLostWrites() {
    var named: Set<Int32> = []
    var acknowledged = 0
    var audited = 0
    var needsFinalRead = false
    for op in ops where op.outcome != .failed && isWrite(op) {
      if op.outcome == .unknown || trail.isSettled(op) { tallies.lost.increase("unknownWrites") }
      guard op.outcome == .ok else { continue }
      // Without an id there is no record of it.
      guard op.operation >= 0 else {
        acknowledged += 1
        if op.level == .queued { needsFinalRead = true }
        continue
      }
      let loss = loss(op)
      if trail.isSettled(op) {
        tallies.lost.increase("settledWrites")
      } else {
        acknowledged += 1
        let isAudited = loss != nil || trail.answers(op)?.applied != nil
        if isAudited { audited += 1 } else if op.level == .queued { needsFinalRead = true }
      }
      guard let loss else { continue }
      named.insert(op.call)
      violate(\.lost, loss.message, op, loss.audits.0, loss.audits.1)
    }
    tallies.lost.increase("acknowledgedWrites", by: Double(acknowledged))

    let read = finalRead()
    checkKnownVersions(finalRead: read, named: &named)
    guard let read else {
      tallies.lost.examined += audited
      if needsFinalRead {
        tallies.lost.undecided += 1
        tallies.lost.note = tallies.lost.note ?? "no final read answered for every key with queued writes"
      } else if audited < acknowledged {
        tallies.lost.note =
          tallies.lost.note
          ?? "no read came after the last write of every key; linearizability covers the others"
      }
      return
    }
    // No possible writer of the current value could have come after these.
    let last = writers[read.output].map { $0.firstCall < read.ret ? $0.lastReturn : -2 } ?? -2
    for op in ops where op.outcome == .ok && op.ret < read.call && isWrite(op) {
      tallies.lost.examined += 1
      guard op.call > last, !named.contains(op.call) else { continue }
      let seen = onlyWriter(read.output)
      let audit = trail.isSettled(op) ? trail.answers(op)?.applied : nil
      let name = audit == nil ? "an acknowledged \(verb(op))" : "a \(verb(op)) that the store's record had"
      violate(
        \.lost, "\(name) is gone: nothing superseded it, yet the final read sees \(text(read.output))", op, seen, audit,
        read)
    }
  }

  /// A state that vanished although later writes cover it: the store gives a version of a key once, so a version that
  /// two writes have, or a final version below a known one, says that the key began again in between.
  private mutating func checkKnownVersions(finalRead: Op?, named: inout Set<Int32>) {
    let versioned = ops.filter { $0.hasVersion && $0.outcome == .ok && isWrite($0) }
    guard !versioned.isEmpty else { return }
    let acknowledged = versioned.sorted { $0.ret < $1.ret }
    var holders: [Int64: Op] = [:]
    var completed = 0
    var highest: Op?
    func take(acknowledgedBefore position: Int32) {
      while completed < acknowledged.count, acknowledged[completed].ret < position {
        let earlier = acknowledged[completed]
        completed += 1
        if earlier.version > highest?.version ?? Int64.min { highest = earlier }
      }
    }
    for op in versioned {
      take(acknowledgedBefore: op.call)
      guard holders.updateValue(op, forKey: op.version) != nil else { continue }
      guard let lost = highest, lost.version >= op.version, named.insert(lost.call).inserted else { continue }
      violate(
        \.lost,
        "an acknowledged \(verb(lost)), version \(lost.version), is gone: the version \(op.version) was given again",
        lost, op)
      // What follows is a new count of the key's versions.
      highest = nil
      holders = [op.version: op]
    }
    guard let finalRead else { return }
    take(acknowledgedBefore: finalRead.call)
    guard let last = highest, finalRead.hasVersion, last.version > finalRead.version,
      named.insert(last.call).inserted
    else { return }
    violate(
      \.lost, "an acknowledged \(verb(last)), version \(last.version), is gone from the final state", last, finalRead)
  }

  /// The read that shows the key's end state: the last linearizable one that began after every acknowledged write.
  private func finalRead() -> Op? {
    var last: Int32 = -1
    for op in ops where op.outcome == .ok && isWrite(op) && !trail.isSettled(op) { last = max(last, op.ret) }
    // Queued writes may take effect later than any ordinary read: only reads after the drain show their end.
    let hasQueuedWrites = ops.contains { $0.level == .queued && $0.outcome != .failed && isWrite($0) }
    return ops.last {
      guard $0.action == .read, $0.outcome == .ok, $0.call > last else { return false }
      return $0.level == .final || ($0.level.isStrong && !hasQueuedWrites)
    }
  }
}
