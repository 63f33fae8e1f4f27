import History

extension KeyAudit {
  /// A moment by which a version certainly had been given.
  private struct Evidence {
    var end: Int32
    var op: Op
  }

  /// Versions go up in real time, one to a state; and the order of acknowledged writes is the order of their versions.
  mutating func checkVersions() {
    for read in ops where read.level == .pending && read.action == .read && read.outcome == .ok && read.hasVersion {
      violate(\.versions, "a read gave the version \(read.version) to a write that it showed as pending", read)
    }
    let versioned = ops.filter {
      $0.hasVersion && $0.outcome == .ok && ($0.action == .read && $0.level != .pending || isWrite($0))
    }
    guard !versioned.isEmpty else { return }
    checkForks(versioned)
    // Known states: those that any read showed, and those of writes that had certainly taken effect.
    let evidence = versioned.map { Evidence(end: $0.action == .read ? $0.ret : trail.effectEnd($0), op: $0) }
      .filter { $0.end != Op.never }.sorted { $0.end < $1.end }
    let acknowledged = versioned.filter { $0.action != .read }.sorted { $0.ret < $1.ret }
    var seen = 0
    var completed = 0
    var highest: Op?
    var highestWrite: Op?
    for op in versioned where op.action != .read || op.level.isStrong {
      while seen < evidence.count, evidence[seen].end < op.call {
        let earlier = evidence[seen].op
        seen += 1
        if earlier.version > highest?.version ?? Int64.min { highest = earlier }
      }
      while completed < acknowledged.count, acknowledged[completed].ret < op.call {
        let earlier = acknowledged[completed]
        completed += 1
        if earlier.version > highestWrite?.version ?? Int64.min { highestWrite = earlier }
      }
      let isWrite = op.action != .read
      tallies.versions.examined += 1
      if let highest, op.version < highest.version || (isWrite && op.version == highest.version) {
        violate(
          \.versions, "version \(op.version) came after version \(highest.version) had been seen", highest,
          witness(highest), op, witness(op))
      }
      guard isWrite else { continue }
      tallies.order.examined += 1
      if let highestWrite, op.version < highestWrite.version {
        violate(
          \.order, "a write acknowledged before another began took effect after it, by their versions", highestWrite,
          witness(highestWrite), op, witness(op))
      }
    }
  }

  /// The audit that tells the version of a write, where it is not the answer that does.
  private func witness(_ op: Op) -> Op? {
    guard op.action != .read, !history.recorded(op).hasVersion else { return nil }
    return trail.answers(op)?.applied
  }

  /// A version that stands for two states, and a write that took effect under two versions.
  private mutating func checkForks(_ versioned: [Op]) {
    var states: [Int64: Op] = [:]
    var firstOfValue: [Token: Op] = [:]
    var versionsOfValue: [Token: Set<Int64>] = [:]
    func state(_ op: Op) -> Token { op.action == .read ? op.output : written(op) ?? .null }
    for op in versioned {
      let value = state(op)
      if let other = states[op.version] {
        if state(other) != value {
          violate(
            \.versions, "version \(op.version) stands for \(text(state(other))) and for \(text(value))", other, op)
        } else if op.action != .read, other.action != .read {
          violate(\.versions, "two writes were given the version \(op.version)", other, op)
        }
        // So that a second write with the version is noticed behind a read of it.
        if op.action != .read { states[op.version] = op }
      } else {
        states[op.version] = op
      }
      guard let known = writers[value] else { continue }
      tallies.duplicates.examined += 1
      guard let first = firstOfValue[value] else {
        firstOfValue[value] = op
        continue
      }
      guard first.version != op.version,
        versionsOfValue[value, default: [first.version]].insert(op.version).inserted,
        versionsOfValue[value]?.count == known.count + 1
      else { continue }
      let message =
        known.count == 1
        ? "one write of \(text(value)) took effect twice, as version \(first.version) and as version \(op.version)"
        : "\(known.count) writes of \(text(value)) took effect under \(known.count + 1) versions, one of them \(op.version)"
      violate(\.duplicates, message, onlyWriter(value), first, op)
    }
  }
}
