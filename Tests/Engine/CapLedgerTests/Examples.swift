import Consistency

@testable import CapLedger

extension CapRecord {
  /// Process 0 stands on the minority's side, 1 on the majority's.
  static func twoSides(
    tier: String = "redis", variant: String = "plain", workload: Workload = .register,
    fault: String = "master-isolated",
    settings: [LiveSetting] = [LiveSetting(name: "cluster-node-timeout", value: "2000", seconds: 2)],
    bankTotal: Int64? = nil, struckAt: Double? = 10, healBeganAt: Double? = nil, healedAt: Double? = 22,
    endedAt: Double = 30
  ) -> CapRecord {
    CapRecord(
      tier: tier, variant: variant, workload: workload, fault: fault, isPartition: true,
      sides: [
        Side(name: "minority", nodes: ["redis-1"], processes: [0], hasMajority: false),
        Side(name: "majority", nodes: ["redis-2", "redis-3"], processes: [1], hasMajority: true),
      ], stride: 100, struckAt: struckAt, healBeganAt: healBeganAt, healedAt: healedAt, endedAt: endedAt,
      clientTimeout: 0.5, settings: settings, bankTotal: bankTotal, flavour: "patroni",
      startedAt: "2026-01-02T03:04:05Z")
  }
}

extension CapCell {
  /// A cell in which all was well on both sides; the minority refused.
  static func example(
    tier: String = "redis", variant: String = "plain", workload: CapRecord.Workload = .register,
    fault: String = "master-isolated", isPartition: Bool = true, flavour: String = "patroni",
    startedAt: String = "2026-01-02T03:04:05Z", lost: Int = 0, stale: Int = 0, invented: Int = 0, wrongSums: Int = 0,
    examined: Int = 100, minority: Double? = 0, majority: Double? = 1, recovery: Double? = 3.2,
    linearizable: Verdict? = .holds, promise: Promise? = Promise(seconds: 4, formula: "a formula"),
    sides: Int = 2, problems: [String] = [], course: Course? = .example
  ) -> CapCell {
    func side(_ name: String, _ share: Double?, hasMajority: Bool) -> Side {
      Side(
        name: name, nodes: hasMajority ? 2 : 1, hasMajority: hasMajority, before: Answers(ok: 50),
        during: Answers(ok: hasMajority ? 40 : 0, refused: hasMajority ? 0 : 30, unknown: hasMajority ? 0 : 2),
        after: Answers(ok: 60), answeredShare: share, settledShare: share, acknowledgedWrites: hasMajority ? 100 : 0,
        examinedWrites: hasMajority ? examined : 0, lostWrites: hasMajority ? lost : 0, reads: hasMajority ? 80 : 40,
        staleReads: hasMajority ? 0 : stale, stalestSeconds: !hasMajority && stale > 0 ? 1.25 : nil,
        inventedValues: hasMajority ? invented : 0, sums: workload == .bank ? 40 : 0,
        wrongSums: hasMajority ? wrongSums : 0, recovery: hasMajority ? recovery : nil, recoveryAfterHeal: 0.4,
        timeline: hasMajority ? "██│··▄█│██" : "▄▄│xxx?│▄▄")
    }
    return CapCell(
      tier: tier, variant: variant, workload: workload, fault: fault, struckTier: tier, isPartition: isPartition,
      flavour: flavour, startedAt: startedAt, secondsOfFault: 12, clientTimeout: 0.5,
      settings: [CapRecord.LiveSetting(name: "cluster-node-timeout", value: "2000", seconds: 2)],
      sides: [side("minority", minority, hasMajority: false), side("majority", majority, hasMajority: true)].suffix(
        sides),
      final: Final(),
      duplicates: workload == .queue ? 3 : nil, outOfOrder: workload == .queue ? 1 : nil,
      linearizable: workload == .queue || workload == .bank ? nil : linearizable,
      counterexample: linearizable == .violated
        ? ["k1: a read of what was overwritten", "process 0: put 1  ├──┤"] : nil,
      promise: promise, problems: problems, notes: [], course: course)
  }
}

extension CapCell.Course {
  /// The strike is at the third second; the minority is refused from then on, the majority hangs for two seconds.
  static let example = CapCell.Course(
    firstSecond: -2,
    sides: [
      Side(
        answered: [25, 25, 2, 0, 0, 0, 30, 30], refused: [0, 0, 4, 6, 10, 10, 0, 0],
        unanswered: [0, 0, 1, 1, 0, 0, 0, 0]),
      Side(
        answered: [25, 25, 0, 0, 20, 20, 30, 30], refused: [0, 0, 0, 0, 0, 0, 0, 0],
        unanswered: [0, 0, 4, 4, 0, 0, 0, 0]),
    ])
}
