import History

/// Acknowledged elements that are not there at the end, and reads that lack what had been acknowledged before.
enum SetAudit {
  static func run(_ operations: [TimedOperation], sides: Int) -> AuditResult {
    var result = AuditResult(sides: sides)
    let adds = operations.filter { $0.function == "add" }
    let known = Set(adds.filter { $0.outcome != .failed }.map(\.input))
    let acknowledged = adds.filter(\.isAcknowledged)
    for add in acknowledged { result.on(add.side) { $0.acknowledged += 1 } }

    for read in operations where read.function == "read" && read.isAcknowledged {
      guard case .list(let elements) = read.output else { continue }
      let seen = Set(elements)
      result.on(read.side) { $0.invented += seen.subtracting(known).count }
      guard !read.isFinal else { continue }
      let missing = acknowledged.filter { $0.end < read.call && !seen.contains($0.input) }
      result.on(read.side) { figures in
        figures.reads += 1
        if let first = missing.map(\.endedAt).min() { figures.sawStale(age: max(read.calledAt - first, 0)) }
      }
    }

    let final = operations.last { $0.isFinal && $0.function == "read" && $0.isAcknowledged }
    guard let final, case .list(let elements) = final.output else {
      result.notes.append("no final read was answered")
      return result
    }
    let left = Set(elements)
    for add in acknowledged where add.end < final.call {
      result.on(add.side) { figures in
        figures.examined += 1
        if !left.contains(add.input) { figures.lost += 1 }
      }
    }
    return result
  }
}
