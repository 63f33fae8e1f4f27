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

    guard let read = finalRead() else {
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
