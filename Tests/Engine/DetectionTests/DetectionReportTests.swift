import Consistency
import Foundation
import Report
import Testing

@testable import Detection

@Suite struct DetectionReportTests {
  private func run(
    _ bug: String?, _ plan: String, _ verdict: Verdict, _ alarms: [String] = [], seen: Double? = nil,
    culprit: Culprit.Tier? = nil
  ) -> DetectionRecord.Run {
    DetectionRecord.Run(
      bug: bug, plan: plan, seed: 7, verdict: verdict, alarms: alarms, firstSeenAt: seen, secondsLong: 31.25,
      culprit: culprit, folder: "detect/\(plan)/x")
  }

  private var record: DetectionRecord {
    DetectionRecord(
      updatedAt: "2026-01-02T03:04:05Z",
      runs: [
        run("ack-before-commit", "ack-before-commit", .violated, ["lost-writes"], seen: 12.34, culprit: .worker),
        run(
          "ack-before-commit", "ack-before-commit", .violated, ["lost-writes", "convergence"], seen: 9.5,
          culprit: .worker),
        run("truncated-value", "truncated-value", .holds),
        run("truncated-value", "truncated-value", .violated, ["never-written-reads"], seen: 1, culprit: .redis),
        run(nil, "ack-before-commit", .holds), run(nil, "truncated-value", .unknown),
        run(nil, "truncated-value", .violated, ["recovery"]),
      ])
  }

  /// `KVCHAOS_WRITE_GOLDEN=1 swift test` writes the file again.
  @Test func theReportIsTheGoldenOne() throws {
    let mutants = MutantRecord(
      command: "make mutants",
      kinds: [
        .init(name: "a read answers what was never written", counts: .init(caught: 7)),
        .init(name: "a refused write has no outcome", counts: .init()),
        .init(name: "an answer comes later", counts: .init(caught: 2, legal: 4, undecided: 1)),
      ],
      histories: [.init(name: "sql-leader-kill", counts: .init(caught: 9, legal: 4, undecided: 1))])
    let text = DetectionReport(record, mutants: mutants, command: "kvchaos detect --runs 2 --silent-runs 3").text
    let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/DETECTION.md")
    if ProcessInfo.processInfo.environment["KVCHAOS_WRITE_GOLDEN"] != nil {
      try text.write(to: path, atomically: true, encoding: .utf8)
    }
    #expect(text == (try String(contentsOf: path, encoding: .utf8)))
  }

  @Test func aRecordWithoutRunsClaimsNothing() {
    let text = DetectionReport(DetectionRecord(), command: "kvchaos detect").text
    #expect(text.contains("0 of 0 bugs"))
    #expect(!text.contains("Damaged histories"))
    #expect(text.contains("## Without a bug\n\nNot run yet."))
    #expect(text.contains("Not run yet: ack-before-confirm, "))
  }

  @Test func theRecordSurvivesItsFile() throws {
    let data = try JSONEncoder().encode(record)
    #expect(try JSONDecoder().decode(DetectionRecord.self, from: data) == record)
  }
}
