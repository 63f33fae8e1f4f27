import History

extension KeyAudit {
  /// Compares the store's record of the key's writes with their answers and with itself.
  mutating func checkRecord() {
    guard !trail.isEmpty else { return }
    for (one, other) in trail.committedTwice where ops.contains(where: { $0.call == other.call }) {
      violate(
        \.duplicates,
        "a \(verb(one)) and a \(verb(other)) were both committed as the operation "
          + "\(history.symbols.text(one.operation) ?? ""): only the first may have an effect", one, other)
    }
    for (one, other) in trail.overtaken where ops.contains(where: { $0.call == other.call }) {
      violate(
        \.lost,
        "a \(verb(one)) was acknowledged as the operation \(history.symbols.text(one.operation) ?? ""), and a \(verb(other)) that "
          + "was sent later was committed as the same", one, other)
    }
    for op in ops where isWrite(op) {
      if trail.isAmbiguous(op), op.outcome != .failed {
        tallies.lost.undecided += 1
        tallies.lost.note =
          "several different writes have the operation id \(history.symbols.text(op.operation) ?? ""): "
          + "the store's record confirms only one of them"
      }
      if let (one, other) = trail.twoVersions(op) {
        violate(
          \.duplicates,
          "two attempts at one \(verb(op)) were answered as version \(one.version) and as version \(other.version)",
          one,
          other)
      }
      guard let answers = trail.answers(op) else { continue }
      if let audit = answers.unreadable {
        tallies.lost.undecided += 1
        tallies.lost.note = "an audit was answered \(text(audit.output)): it has to be true or false"
      }
      if op.outcome == .failed {
        tallies.failed.examined += 1
        if let audit = answers.applied {
          violate(\.failed, "the store's record has a \(verb(op)) that was answered as not done", op, audit)
        }
        continue
      }
      if let audit = answers.applied, audit.ret < op.call {
        violate(
          \.failed, "the store's record had a \(verb(op)) before any attempt at it was sent that was not refused",
          audit, op)
      }
      guard let version = answers.version else { continue }
      if let other = answers.otherVersion {
        violate(
          \.duplicates, "the store's record has one \(verb(op)) as version \(version) and as version \(other.version)",
          op, answers.applied, other)
      } else if op.hasVersion, op.version != version {
        violate(
          \.duplicates,
          "a \(verb(op)) was acknowledged as version \(op.version), and the store's record has it as version \(version)",
          op, answers.applied)
      }
    }
  }

  /// Why an acknowledged write is lost according to the record alone; `nil`: it is not.
  func loss(_ op: Op) -> (message: String, audits: (Op?, Op?))? {
    guard op.operation >= 0, let answers = trail.answers(op) else { return nil }
    if let vanished = answers.vanished {
      return (
        "a \(verb(op)) was in the store's record of applied operations, and then was not", (answers.applied, vanished)
      )
    }
    // A queued write may be applied later than it is acknowledged. The last audit shows whether it never was.
    guard let denied = answers.denied, denied.call > op.ret, op.level != .queued || answers.applied == nil else {
      return nil
    }
    return ("an acknowledged \(verb(op)) is not in the store's record of applied operations", (nil, nil))
  }
}
