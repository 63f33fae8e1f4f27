import History

extension KeyAudit {
  /// Versions go up in real time, one to a state; and the order of acknowledged writes is the order of their versions.
  mutating func checkVersions() {
    let versioned = ops.filter { $0.hasVersion && $0.outcome == .ok && ($0.action == .read || $0.isWrite) }
    guard !versioned.isEmpty else { return }
    checkForks(versioned)

    let strong = versioned.filter { $0.level.isStrong }
    let byReturn = strong.sorted { $0.ret < $1.ret }
    var completed = 0
    var highest: Op?
    var highestWrite: Op?
    for op in strong {
      while completed < byReturn.count, byReturn[completed].ret < op.call {
        let earlier = byReturn[completed]
        completed += 1
        if earlier.version > highest?.version ?? Int64.min { highest = earlier }
        if earlier.isWrite, earlier.version > highestWrite?.version ?? Int64.min { highestWrite = earlier }
      }
      tallies.versions.examined += 1
      if let highest, op.version < highest.version || (op.isWrite && op.version == highest.version) {
        violate(\.versions, "version \(op.version) came after version \(highest.version) had been seen", highest, op)
      }
      guard op.isWrite else { continue }
      tallies.order.examined += 1
      if let highestWrite, op.version < highestWrite.version {
        violate(
          \.order, "a write acknowledged before another began took effect after it, by their versions", highestWrite, op
        )
      }
    }
  }

  /// A version that stands for two states, and a write that took effect under two versions.
  private mutating func checkForks(_ versioned: [Op]) {
    var states: [Int64: Op] = [:]
    var versionOfValue: [Token: Op] = [:]
    func state(_ op: Op) -> Token { op.action == .read ? op.output : op.written }
    for op in versioned {
      let value = state(op)
      if let other = states[op.version] {
        if state(other) != value {
          violate(
            \.versions, "version \(op.version) stands for \(text(state(other))) and for \(text(value))", other, op)
        } else if op.isWrite, other.isWrite, other.operation < 0 || other.operation != op.operation {
          violate(\.versions, "two writes were given the version \(op.version)", other, op)
        }
      } else {
        states[op.version] = op
      }
      guard !value.isNull, writers[value]?.count == 1 else { continue }
      tallies.duplicates.examined += 1
      if let other = versionOfValue[value] {
        guard other.version != op.version else { continue }
        violate(
          \.duplicates,
          "one write of \(text(value)) took effect twice, as version \(other.version) and as version \(op.version)",
          onlyWriter(value), other, op)
      } else {
        versionOfValue[value] = op
      }
    }
  }
}
