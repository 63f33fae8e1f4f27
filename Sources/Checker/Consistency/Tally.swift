/// What one check has counted so far over some keys; tallies of different keys merge into one outcome.
struct Tally: Sendable {
  static let findingsKept = 20

  let check: CheckName
  var examined = 0
  var violations = 0
  var allowed = 0
  /// Cases that could not be judged.
  var undecided = 0
  var note: String?
  var numbers: [String: Double] = [:]
  var findings: [Finding] = []

  init(_ check: CheckName) { self.check = check }

  var isFull: Bool { findings.count >= Self.findingsKept }

  mutating func raise(_ name: String, to value: Double) { numbers[name] = max(numbers[name] ?? 0, value) }
  mutating func increase(_ name: String, by value: Double = 1) { numbers[name, default: 0] += value }

  mutating func merge(_ other: Tally) {
    examined += other.examined
    violations += other.violations
    allowed += other.allowed
    undecided += other.undecided
    note = note ?? other.note
    for (name, value) in other.numbers {
      if name.contains("Max") { raise(name, to: value) } else { increase(name, by: value) }
    }
    findings += other.findings.prefix(Self.findingsKept - findings.count)
  }

  var outcome: CheckOutcome {
    CheckOutcome(
      check: check, verdict: violations > 0 ? .violated : undecided > 0 ? .unknown : .holds, examined: examined,
      violations: violations, allowed: allowed, numbers: numbers, findings: findings, note: note)
  }
}
