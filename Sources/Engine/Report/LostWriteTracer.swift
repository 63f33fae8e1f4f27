import Consistency
import History

/// Describes each lost write as the store's tiers know it, from the answers in the history.
struct LostWriteTracer {
  let record: Judgement.Record
  let consistency: ConsistencyReport

  /// The writes that the checker names, and every acknowledged write that is not in the store's record: the checker
  /// keeps only the first findings, a report names all.
  ///
  /// A write counts as acknowledged once it was acknowledged, or once the record had it: a write that was answered 504
  /// and settled as applied counts from then on.
  func lostWrites() -> [LostWrite] {
    let answers = Answers(record.events)
    var lost: [String: LostWrite] = [:]
    for (operation, event) in Self.owed(record.events) where answers.audits[operation] == false {
      let isAcknowledged = event.kind == .ok
      guard let since = isAcknowledged ? Self.seconds(event.timeNanoseconds) : answers.recordedAt[operation] else {
        continue
      }
      lost[operation] = LostWrite(
        operation: operation, function: event.function, key: event.key ?? "",
        value: event.function == "delete" ? nil : Answers.text(event.value), level: event.level ?? "",
        acknowledgedAt: since, isSettled: isAcknowledged ? nil : true, evidence: [])
    }
    for finding in consistency[.lostWrites]?.findings ?? [] {
      for found in finding.operations.prefix(1)
      where found.outcome != .failed && found.function != "get" && found.function != Event.auditFunction {
        let operation = found.operation ?? "process \(found.process)"
        guard lost[operation] == nil else { continue }
        let isAcknowledged = found.outcome == .ok
        let end = Self.seconds(found.returnNanoseconds ?? found.callNanoseconds)
        lost[operation] = LostWrite(
          operation: operation, function: found.function, key: found.key ?? "", value: found.input,
          level: found.level ?? "", acknowledgedAt: isAcknowledged ? end : answers.recordedAt[operation] ?? end,
          isSettled: isAcknowledged ? nil : true, evidence: [])
      }
    }
    return lost.values.map { write in
      var write = write
      write.evidence = evidence(write, answers)
      return write
    }.sorted { ($0.acknowledgedAt, $0.operation) < ($1.acknowledgedAt, $1.operation) }
  }

  /// By operation id the answer that acknowledged the write, else its invocation. Refused writes are not among them.
  private static func owed(_ events: [Event]) -> [String: Event] {
    var owed: [String: Event] = [:]
    for event in events
    where event.process != .nemesis && event.function != "get" && event.function != Event.auditFunction {
      guard let operation = event.operation, owed[operation]?.kind != .ok else { continue }
      switch event.kind {
      case .invoke, .ok: owed[operation] = event
      case .fail: owed[operation] = nil
      case .info: break
      }
    }
    return owed
  }

  private static func seconds(_ nanoseconds: Int64) -> Double { Double(nanoseconds) / 1e9 }

  private func evidence(_ write: LostWrite, _ answers: Answers) -> [String] {
    var lines = [
      write.isSettled == true
        ? "HTTP: outcome unknown, and then reported as applied"
        : "HTTP: acknowledged as \(write.level.isEmpty ? "done" : write.level)"
    ]
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
    /// The last answer.
    var audits: [String: Bool] = [:]
    /// When the record first had the write, in seconds.
    var recordedAt: [String: Double] = [:]
    var final: [String: String] = [:]
    var cached: [String: String] = [:]

    init(_ events: [Event]) {
      for event in events where event.kind == .ok {
        if event.function == Event.auditFunction, let operation = event.operation,
          case .bool(let isApplied) = event.value
        {
          audits[operation] = isApplied
          if isApplied, recordedAt[operation] == nil {
            recordedAt[operation] = LostWriteTracer.seconds(event.timeNanoseconds)
          }
        }
        guard event.function == "get", let key = event.key else { continue }
        switch event.level.flatMap(Event.FinalLevel.init(rawValue:)) {
        case .store: final[key] = Self.text(event.value)
        case .cache: cached[key] = Self.text(event.value)
        case nil: break
        }
      }
    }

    static func text(_ value: Value) -> String {
      value == .null ? "absent" : value.description
    }
  }
}
