import History

/// Lost writes and stale reads of registers, by side. All of it uses one relation that is always valid: write a
/// certainly precedes write b if a was acknowledged before b was called.
enum RegisterAudit {
  static func run(_ operations: [TimedOperation], sides: Int) -> AuditResult {
    var result = AuditResult(sides: sides)
    for (key, own) in Dictionary(grouping: operations, by: { $0.key ?? "" }).sorted(by: { $0.key < $1.key }) {
      audit(own, key: key, &result)
    }
    return result
  }

  private static func audit(_ operations: [TimedOperation], key: String, _ result: inout AuditResult) {
    // The end of the last possible writer of each value. Absence: as if written before everything.
    var lastEnd: [Value: Int] = [.null: -1]
    for write in operations where write.function == "put" && write.outcome != .failed {
      lastEnd[write.input] = max(lastEnd[write.input] ?? -1, write.end)
    }
    let writes = operations.filter { $0.function == "put" && $0.isAcknowledged }
    for write in writes { result.on(write.side) { $0.acknowledged += 1 } }
    let later = EarliestEnd(writes.map { ($0.call, $0.end) })
    for read in operations where read.function == "get" && read.isAcknowledged {
      if !read.isFinal { result.on(read.side) { $0.reads += 1 } }
      guard let end = lastEnd[read.output] else {
        result.on(read.side) { $0.invented += 1 }
        continue
      }
      // Acknowledged before the read was called, and called after every writer of what was read had been acknowledged.
      guard !read.isFinal, let newer = later.position(after: end), writes[newer].end < read.call else { continue }
      result.on(read.side) { $0.sawStale(age: max(read.calledAt - writes[newer].endedAt, 0)) }
    }
    guard !writes.isEmpty else { return }
    guard let final = operations.last(where: { $0.isFinal && $0.function == "get" && $0.isAcknowledged }) else {
      result.notes.append("no final read of \(key) was answered")
      return
    }
    // A value that was never written says nothing about the others; it is counted as invented.
    let end = lastEnd[final.output]
    for write in writes where write.end < final.call {
      result.on(write.side) { figures in
        figures.examined += 1
        if let end, write.call > end { figures.lost += 1 }
      }
    }
  }
}
