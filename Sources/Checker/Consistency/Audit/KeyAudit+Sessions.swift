import History

extension KeyAudit {
  /// What one client has done on this key so far, as positions in `ops`; -1: nothing.
  ///
  /// It holds no operations: a session is looked up for every operation, and must be cheap to change.
  private struct Session {
    var lastWrite: Int32 = -1
    /// The last write with a version.
    var lastVersionedWrite: Int32 = -1
    /// The read whose value was written last, and its writers' first invocation.
    var newestRead: Int32 = -1
    var newestCall: Int32 = -1
    var highestRead: Int32 = -1
  }

  /// The four session guarantees, client by client.
  mutating func checkSessions() {
    var processes = Numbering(capacity: 64)
    var sessions: [Session] = []
    // If a write is known only from the record, its client had no answer on which later operations could depend.
    for position in ops.indices where ops[position].outcome == .ok {
      let isRead = ops[position].action == .read
      guard isRead || (isWrite(ops[position]) && !trail.isSettled(ops[position])) else { continue }
      let number = processes.number(of: UInt64(UInt32(bitPattern: ops[position].process)))
      if number == sessions.count { sessions.append(Session()) }
      if isRead {
        checkRead(position, &sessions[number])
      } else {
        checkWrite(position, &sessions[number])
      }
    }
  }

  /// An operation of a session.
  private func op(_ position: Int32) -> Op? { position < 0 ? nil : ops[Int(position)] }

  private mutating func checkRead(_ position: Int, _ session: inout Session) {
    let op = ops[position]
    guard let known = writers[op.output] else { return }
    if let own = self.op(session.lastWrite) {
      tallies.readYourWrites.examined += 1
      if known.lastReturn < own.call {
        let message = "a client wrote \(text(written(own) ?? .null)) and then read \(text(op.output)), which is older"
        if op.level.isStrong, trail.effectEnd(own) < op.call {
          violate(\.readYourWrites, message, onlyWriter(op.output), own, op)
        } else {
          tallies.readYourWrites.allowed += 1
        }
      }
    }
    if let newest = self.op(session.newestRead) {
      tallies.monotonicReads.examined += 1
      if known.lastReturn < session.newestCall { readBackwards(op, after: newest) }
    }
    if op.hasVersion, let highest = self.op(session.highestRead), op.version < highest.version {
      if known.lastReturn >= session.newestCall { readBackwards(op, after: highest) }
    }
    // A later read need not see a pending write yet.
    guard op.level != .pending else { return }
    if known.firstCall > session.newestCall {
      (session.newestCall, session.newestRead) = (known.firstCall, Int32(position))
    }
    if op.hasVersion, op.version > self.op(session.highestRead)?.version ?? Int64.min {
      session.highestRead = Int32(position)
    }
  }

  private mutating func readBackwards(_ op: Op, after newest: Op) {
    let message = "a client read \(text(newest.output)) and then \(text(op.output)), which is older"
    guard op.level.isStrong else {
      tallies.monotonicReads.allowed += 1
      return
    }
    let older = onlyWriter(op.output)
    let newer = onlyWriter(newest.output)
    violate(\.monotonicReads, message, older, newer, newest, op)
    // Beyond a thousand the causes are not distinguished: the search for them would be quadratic.
    guard let newer, tallies.monotonicReads.violations <= 1000 else { return }
    if let older, older.process == newer.process, older.outcome == .ok {
      violate(\.monotonicWrites, "a client's two writes were seen in the wrong order", older, newer, newest, op)
    }
    let before = ops.first {
      $0.process == newer.process && $0.action == .read && $0.outcome == .ok && $0.ret < newer.call
        && $0.output == op.output
    }
    if let before, older != nil || op.output.isNull {
      violate(
        \.writesFollowReads, "a write was seen before the value that its client had read first", older, before, newer,
        newest, op)
    }
  }

  private mutating func checkWrite(_ position: Int, _ session: inout Session) {
    let op = ops[position]
    if op.hasVersion {
      if let earlier = self.op(session.lastVersionedWrite) {
        tallies.monotonicWrites.examined += 1
        if op.version <= earlier.version {
          violate(
            \.monotonicWrites, "a client's later write got version \(op.version), its earlier one \(earlier.version)",
            earlier, op)
        }
      }
      if let read = self.op(session.highestRead) {
        tallies.writesFollowReads.examined += 1
        if op.version <= read.version {
          violate(
            \.writesFollowReads, "a client read version \(read.version) and then wrote version \(op.version)", read, op)
        }
      }
      session.lastVersionedWrite = Int32(position)
    }
    session.lastWrite = Int32(position)
  }
}
