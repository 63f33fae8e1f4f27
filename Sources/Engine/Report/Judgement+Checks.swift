import ChaosPlan
import Consistency
import Presentation

extension Judgement {
  /// Compares the checker's outcomes with the plan's expectations.
  func consistencyChecks() -> [CheckReport] {
    consistency.checks.map { outcome in
      switch outcome.check {
      case .lostWrites:
        counted(
          outcome, name: "lost-writes", maximum: plan.expect.lostWrites, needs: "acknowledged write", of: { $0.isWrite }
        )
      case .phantomReads:
        counted(
          outcome, name: "never-written-reads", maximum: plan.expect.neverWrittenReads, needs: "answered read",
          of: { !$0.isWrite })
      case .linearizability: linearizability(outcome)
      case .failedWrites, .staleReads, .duplicates, .order, .readYourWrites, .monotonicReads, .monotonicWrites,
        .writesFollowReads, .versions, .convergence:
        plain(outcome)
      }
    }
  }

  /// A check with a number that the plan allows.
  private func counted(
    _ outcome: CheckOutcome, name: String, maximum: Int, needs: String, of isWanted: (Sample) -> Bool
  ) -> CheckReport {
    var report = plain(outcome)
    report.name = name
    report.expected = maximum == 0 ? "none" : "at most \(maximum)"
    if outcome.violations > maximum {
      report.verdict = .violated
    } else if !samples.contains(where: { $0.outcome == .ok && isWanted($0) }) {
      // A run that did nothing has shown nothing.
      report.verdict = .unknown
      report.note = "there was no \(needs)"
    } else {
      report.verdict = outcome.verdict == .violated ? .holds : outcome.verdict
    }
    return report
  }

  private func linearizability(_ outcome: CheckOutcome) -> CheckReport {
    var report = plain(outcome)
    report.expected = "every key"
    let unknown = Int(outcome.numbers["unknownKeys"] ?? 0)
    report.measured = "\(outcome.violations) of \(outcome.examined) keys violate it, \(unknown) undecided"
    if outcome.verdict == .unknown, plan.expect.linearizable != .required {
      report.verdict = .holds
      report.expected = "no key shown not to be"
    }
    return report
  }

  private func plain(_ outcome: CheckOutcome) -> CheckReport {
    var measured = "\(outcome.violations) of \(outcome.examined)"
    if outcome.allowed > 0 { measured += ", and \(outcome.allowed) that the level allows" }
    if outcome.examined == 0 { measured = "nothing to examine" }
    return CheckReport(
      name: outcome.check.rawValue, question: outcome.check.question, verdict: outcome.verdict, expected: "none",
      measured: measured, isExamined: outcome.examined > 0 || outcome.verdict != .holds,
      findings: outcome.findings.map(Self.text), note: outcome.note,
      firstSeenAt: outcome.findings.compactMap(completedAt).min())
  }

  /// When the last of the operations that show a finding had ended, in seconds since the start of the run. What the
  /// store's record says of a write is known only from its audit on.
  private func completedAt(_ finding: Finding) -> Double? {
    var end = finding.operations.map { $0.returnNanoseconds ?? $0.callNanoseconds }.max()
    if finding.check == .lostWrites || finding.check == .failedWrites,
      let operation = finding.operations.first?.operation
    {
      let audit = record.events.last { $0.kind == .ok && $0.function == "operation" && $0.operation == operation }
      end = max(end ?? 0, audit?.timeNanoseconds ?? 0)
    }
    return end.map { Double($0) / 1e9 }
  }

  private static func text(_ finding: Finding) -> String {
    let key = finding.key.map { "key \($0): " } ?? ""
    return ([key + finding.message] + finding.operations.map { "  \($0)" }).joined(separator: "\n")
  }

  /// Whether all reads and audits on which the verdict depends were answered.
  func finalReadsCheck() -> CheckReport {
    var report = CheckReport(
      name: "final-reads", question: "Was every key read, and every write audited, after the drain?", verdict: .holds,
      expected: "all answered", measured: "")
    guard let settlement = record.settlement else {
      report.verdict = .unknown
      report.measured = "the run ended before the final reads"
      return report
    }
    let writes = settlement.acknowledgedWrites + settlement.unknownWrites + (settlement.refusedWrites ?? 0)
    report.measured =
      "\(settlement.keysRead - settlement.unreadKeys.count) of \(settlement.keysRead) keys, "
      + "\(writes - settlement.unansweredAudits.count) of \(writes) writes"
    report.findings =
      settlement.unreadKeys.map { "key \($0) could not be read" }
      + settlement.unansweredAudits.map { "operation \($0) could not be audited" }
    if !report.findings.isEmpty { report.verdict = .unknown }
    return report
  }

  /// Whether the store was steady before the faults.
  func steadyStateCheck(_ windows: Windows) -> CheckReport {
    let hypothesis = plan.steadyState.hypothesis
    var expected = "availability >= \(Numbers.percent(hypothesis.availabilityMinimum))"
    if let limit = hypothesis.latencyP99Maximum { expected += ", p99 <= \(Numbers.number(limit / .seconds(1))) s" }
    let before = windows.before
    var isSteady = before.availability.map { $0 >= hypothesis.availabilityMinimum } ?? false
    if let limit = hypothesis.latencyP99Maximum, let latency = before.latencyMilliseconds {
      isSteady = isSteady && latency.p99 <= limit / .milliseconds(1)
    }
    return CheckReport(
      name: "steady-state", question: "Was the store steady before the faults?", verdict: isSteady ? .holds : .unknown,
      expected: expected, measured: measured(before),
      note: isSteady ? nil : "the behaviour of a store that was not steady says little about the faults")
  }

  /// Whether each fault was in effect and was healed.
  func faultChecks(_ faults: [FaultReport]) -> [CheckReport] {
    guard !plan.faults.isEmpty else { return [] }
    let wanted = faults.filter { $0.skipped == nil }
    let effective = faults.count { $0.inEffectAt != nil }
    var injected = CheckReport(
      name: "faults-injected", question: "Was every fault seen to be in effect?", verdict: .holds,
      expected: "\(wanted.count)", measured: "\(effective)")
    if wanted.count < faults.count { injected.note = "\(faults.count - wanted.count) random faults were left out" }
    // A run without a single fault says nothing about its plan's question.
    if effective < wanted.count || effective == 0 {
      injected.verdict = .unknown
      injected.findings = wanted.filter { $0.inEffectAt == nil }.map {
        "\($0.label): \($0.problems.isEmpty ? "never struck" : $0.problems.joined(separator: "; "))"
      }
    }
    let lost = wanted.filter { $0.endedEarly?.isEmpty == false }
    if !lost.isEmpty {
      injected.verdict = .unknown
      injected.measured += ", of which \(lost.count) not until the heal"
      injected.findings += lost.map {
        "\($0.label): not in effect until its heal: \(($0.endedEarly ?? []).joined(separator: "; "))"
      }
    }
    let struck = faults.filter { $0.struckAt != nil }
    let open = struck.filter { ($0.inEffectAt != nil && $0.healedAt == nil) || $0.notHealed?.isEmpty == false }
    var back = CheckReport(
      name: "faults-healed", question: "Was every fault healed?", verdict: .holds, expected: "\(struck.count)",
      measured: "\(struck.count - open.count)")
    if !open.isEmpty {
      back.verdict = .unknown
      back.findings = open.map { "\($0.label): \($0.problems.joined(separator: "; "))" }
    }
    return [injected, back]
  }

  /// Whether the stack is as it was before the faults. Residue breaks no promise of the store, so it is not a
  /// violation. But measurements on a stack in which a fault was still in effect prove nothing.
  func residueCheck() -> CheckReport {
    let report = CheckReport(
      name: "residue", question: "Is the stack free of fault residue?", verdict: .holds, expected: "nothing",
      measured: "nothing", note: "`kvchaos heal` removes it")
    return judge(record.residue, report) { "\($0.count) left" }
  }

  /// Whether every node does its part in its tier again: a node that is permanently out goes unnoticed until the next
  /// one fails. Like residue it is not a violation, but a run with it does not hold.
  func nodesCheck() -> CheckReport {
    let report = CheckReport(
      name: "nodes", question: "Does every node do its part in its tier again?", verdict: .holds,
      expected: "every node", measured: "every node", note: "`kvchaos status` shows the current state")
    return judge(record.nodes, report) { items in
      items.prefix(2).joined(separator: "; ") + (items.count > 2 ? "; and \(items.count - 2) more" : "")
    }
  }

  /// What a search makes of a check that holds where it found nothing; the note is for what it found.
  private func judge(
    _ search: StackSearch, _ check: CheckReport, measured: ([String]) -> String
  ) -> CheckReport {
    var report = check
    switch search {
    case .found([]): report.note = nil
    case .found(let items): (report.verdict, report.measured, report.findings) = (.unknown, measured(items), items)
    case .impossible(let reason):
      (report.verdict, report.measured, report.findings) = (.unknown, "not known", [reason])
      report.note = nil
    }
    return report
  }

  /// Availability and recovery, if the plan has expectations of them.
  func expectationChecks(_ windows: Windows, _ faults: [FaultReport]) -> [CheckReport] {
    var checks: [CheckReport] = []
    if let minimum = plan.expect.availability.duringMinimum, !plan.faults.isEmpty {
      checks.append(
        availability("during", windows.during, minimum, "while a fault was in effect or not recovered from"))
    }
    if let minimum = plan.expect.availability.afterMinimum {
      checks.append(availability("after", windows.after, minimum, "in the steady state after"))
    }
    if let maximum = plan.expect.recoveryMaximum, !plan.faults.isEmpty {
      checks.append(recovery(faults, maximum: maximum / .seconds(1)))
    }
    if faults.contains(where: { $0.endedEarly?.isEmpty == false }) {
      // Traffic after the early end says nothing about the fault.
      for index in checks.indices where checks[index].name != "availability-after" && checks[index].verdict == .holds {
        checks[index].verdict = .unknown
        checks[index].findings.append("a fault was not in effect until its heal")
      }
    }
    if let because = plan.expect.because {
      for index in checks.indices { checks[index].note = "limits \(because)" }
    }
    if let obstacle = record.obstacle {
      checks.append(
        CheckReport(
          name: "run", question: "Did the run itself go as planned?", verdict: .unknown, expected: "yes",
          measured: obstacle))
    }
    return checks
  }

  private func availability(
    _ when: String, _ summary: TrafficSummary?, _ minimum: Double, _ question: String
  ) -> CheckReport {
    let verdict: Verdict =
      switch summary?.availability {
      case nil: .unknown
      // A stretch that was cut short shows too little against the plan.
      case let share?: share >= minimum ? .holds : record.interruption == nil ? .violated : .unknown
      }
    return CheckReport(
      name: "availability-\(when)", question: "Were operations answered with ok \(question)?", verdict: verdict,
      expected: ">= \(Numbers.percent(minimum))", measured: summary.map(measured) ?? "the run ended before")
  }

  private func recovery(_ faults: [FaultReport], maximum: Double) -> CheckReport {
    var report = CheckReport(
      name: "recovery", question: "Was service back in time, after each strike and after each heal?", verdict: .holds,
      expected: "<= \(Numbers.number(maximum)) s", measured: "")
    var parts: [String] = []
    func judge(_ label: String, _ seconds: Double?) {
      guard let seconds else {
        parts.append("\(label): not back")
        report.verdict = report.verdict.merged(with: record.interruption == nil ? .violated : .unknown)
        report.findings.append("\(label): service was not seen to be back")
        return
      }
      parts.append("\(label): \(Numbers.number(seconds, decimals: 1)) s")
      guard seconds > maximum else { return }
      report.verdict = .violated
      report.findings.append("\(label): \(Numbers.number(seconds, decimals: 1)) s")
    }
    for fault in faults where fault.struckAt != nil {
      judge("\(fault.label), from the strike", fault.recovery)
      if fault.healOrderedAt != nil { judge("\(fault.label), from the heal", fault.recoveryAfterHeal) }
    }
    report.measured = parts.joined(separator: "; ")
    if parts.isEmpty {
      report.verdict = .unknown
      report.measured = "no fault struck"
    }
    return report
  }

  private func measured(_ summary: TrafficSummary) -> String {
    guard let availability = summary.availability else { return "no operations" }
    var text = "\(Numbers.percent(availability)) (\(summary.ok) of \(summary.operations))"
    if let disturbed = summary.disturbedSeconds, disturbed >= 0.05 {
      text +=
        ", not everyone served for \(Numbers.number(disturbed, decimals: 1)) of \(Numbers.number(summary.secondsLong, decimals: 1)) s"
    }
    return text
  }
}

extension Sample {
  fileprivate var isWrite: Bool { !kind.hasPrefix("get") }
}
