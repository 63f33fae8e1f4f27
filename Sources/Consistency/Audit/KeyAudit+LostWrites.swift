import History

extension KeyAudit {
  /// Acknowledged writes that are gone: by the store's own record, and by what the final reads see.
  mutating func checkLostWrites() {
    var named: Set<Int32> = []
    var acknowledged = 0
    var audited = 0
    var needsFinalRead = false
    for op in ops where op.isWrite {
      if op.outcome == .unknown { tallies.lost.increase("unknownWrites") }
      let applied = trail.isApplied(op)
      if op.outcome == .failed {
        tallies.failed.examined += applied == nil ? 0 : 1
        if applied == true {
          violate(\.failed, "the store's record has a write that it had answered as not done", op)
        }
        continue
      }
      guard op.outcome == .ok else { continue }
      acknowledged += 1
      if applied != nil { audited += 1 } else if op.level == .queued { needsFinalRead = true }
      guard applied == false else { continue }
      named.insert(op.call)
      violate(\.lost, "an acknowledged \(verb(op)) is not in the store's record of applied operations", op)
    }
    tallies.lost.increase("acknowledgedWrites", by: Double(acknowledged))

    let read = finalRead()
    checkRecordedVersions(finalRead: read, named: &named)
    guard let read else {
      tallies.lost.examined += audited
      if needsFinalRead {
        tallies.lost.undecided += 1
        tallies.lost.note = "no final read answered for every key with queued writes"
      } else if audited < acknowledged {
        tallies.lost.note = "no read came after the last write of every key; linearizability covers the others"
      }
      return
    }
    // No possible writer of the value that is there now could have come after these.
    let last = writers[read.output].map { $0.firstCall < read.ret ? $0.lastReturn : -2 } ?? -2
    for op in ops where op.isWrite && op.outcome == .ok && op.ret < read.call {
      tallies.lost.examined += 1
      guard op.call > last, !named.contains(op.call) else { continue }
      let seen = onlyWriter(read.output)
      violate(
        \.lost,
        "an acknowledged \(verb(op)) is gone: nothing superseded it, yet the final read sees \(text(read.output))",
        op, seen, read)
    }
  }

  /// A state that vanished although later writes cover it: the store gives a version of a key once, so a version that the
  /// record has twice, or a final version below a recorded one, says that the key began anew in between.
  private mutating func checkRecordedVersions(finalRead: Op?, named: inout Set<Int32>) {
    let recorded = ops.filter { $0.isWrite && trail.version(of: $0) != nil }
    guard !recorded.isEmpty else { return }
    let acknowledged = recorded.filter { $0.outcome == .ok }.sorted { $0.ret < $1.ret }
    var holders: [Int64: Op] = [:]
    var completed = 0
    var highest: (op: Op, version: Int64)?
    func take(acknowledgedBefore position: Int32) {
      while completed < acknowledged.count, acknowledged[completed].ret < position {
        let earlier = acknowledged[completed]
        completed += 1
        guard let version = trail.version(of: earlier), version > highest?.version ?? Int64.min else { continue }
        highest = (earlier, version)
      }
    }
    for op in recorded {
      guard let version = trail.version(of: op) else { continue }
      take(acknowledgedBefore: op.call)
      guard let other = holders.updateValue(op, forKey: version), other.operation != op.operation else { continue }
      guard let lost = highest, lost.version >= version, named.insert(lost.op.call).inserted else { continue }
      violate(
        \.lost,
        "an acknowledged \(verb(lost.op)), version \(lost.version), is gone: the version \(version) was given again",
        lost.op, op)
      // What follows is a new count of the key's versions.
      highest = nil
      holders = [version: op]
    }
    guard let finalRead else { return }
    take(acknowledgedBefore: finalRead.call)
    // A final read without a version is one of a key that was never written.
    guard let last = highest, last.version > (finalRead.hasVersion ? finalRead.version : 0),
      named.insert(last.op.call).inserted
    else { return }
    violate(
      \.lost, "an acknowledged \(verb(last.op)), version \(last.version), is gone from the final state", last.op,
      finalRead)
  }

  /// The read that shows the key's end state: the last linearizable one that began after every acknowledged write.
  private func finalRead() -> Op? {
    let lastAcknowledgement = ops.lazy.filter { $0.isWrite && $0.outcome == .ok }.map(\.ret).max() ?? -1
    return ops.last {
      guard $0.action == .read, $0.outcome == .ok, $0.call > lastAcknowledgement else { return false }
      // Queued writes may take effect later than any ordinary read: only reads after the drain show their end.
      return $0.level == .final || ($0.level.isStrong && !hasQueuedWrites)
    }
  }

  private var hasQueuedWrites: Bool { ops.contains { $0.isWrite && $0.level == .queued && $0.outcome != .failed } }

  private func verb(_ op: Op) -> String { op.action == .delete ? "delete" : "write of \(text(op.input))" }
}
