import Consistency
import History

/// Says of each lost write what the store's tiers know of it, from the answers in the history.
struct LostWriteTracer {
  let record: Judgement.Record
  let consistency: ConsistencyReport

  /// Those that the checker names, and every acknowledged write that the store's record does not have: the checker keeps
  /// only the first findings, a report names all.
  func lostWrites() -> [LostWrite] {
    let answers = Answers(record.events)
    var lost: [String: LostWrite] = [:]
    for event in record.events where event.kind == .ok {
      guard event.function != "get", event.function != "operation", let operation = event.operation,
        answers.audits[operation] == false
      else { continue }
      lost[operation] = LostWrite(
        operation: operation, function: event.function, key: event.key ?? "",
        value: event.function == "delete" ? nil : Answers.text(event.value), level: event.level ?? "",
        acknowledgedAt: Double(event.timeNanoseconds) / 1e9, evidence: [])
    }
    for finding in consistency[.lostWrites]?.findings ?? [] {
      for found in finding.operations.prefix(1)
      where found.outcome == .ok && found.function != "get" && found.function != "operation" {
        let operation = found.operation ?? "process \(found.process)"
        guard lost[operation] == nil else { continue }
        lost[operation] = LostWrite(
          operation: operation, function: found.function, key: found.key ?? "", value: found.input,
          level: found.level ?? "",
          acknowledgedAt: Double(found.returnNanoseconds ?? found.callNanoseconds) / 1e9, evidence: [])
      }
    }
    return lost.values.map { write in
      var write = write
      write.evidence = evidence(write, answers)
      return write
    }.sorted { ($0.acknowledgedAt, $0.operation) < ($1.acknowledgedAt, $1.operation) }
  }

  private func evidence(_ write: LostWrite, _ answers: Answers) -> [String] {
    var lines = ["HTTP: acknowledged as \(write.level.isEmpty ? "done" : write.level)"]
    switch answers.audits[write.operation] {
    case true?: lines.append("SQL: its record of applied operations has it")
    case false?: lines.append("SQL: its record of applied operations does not have it")
    case nil: lines.append("SQL: its record of applied operations was not asked, or did not answer")
    }
    if let final = answers.final[write.key] { lines.append("SQL: the key's row reads \(final)") }
    if let cached = answers.cached[write.key] { lines.append("cache: the key reads \(cached)") }
    return lines
  }

  /// The answers of the final phase.
  private struct Answers {
    var audits: [String: Bool] = [:]
    var final: [String: String] = [:]
    var cached: [String: String] = [:]

    init(_ events: [Event]) {
      for event in events where event.kind == .ok {
        if event.function == "operation", let operation = event.operation, case .bool(let isApplied) = event.value {
          audits[operation] = isApplied
        }
        guard event.function == "get", let key = event.key else { continue }
        if event.level == "final" { final[key] = Self.text(event.value) }
        if event.level == "final-cache" { cached[key] = Self.text(event.value) }
      }
    }

    static func text(_ value: Value) -> String {
      value == .null ? "absent" : value.description
    }
  }
}
