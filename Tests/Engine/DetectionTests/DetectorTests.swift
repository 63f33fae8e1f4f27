import ChaosPlan
import Failures
import Foundation
import Orchestrator
import TestSupport
import Testing

@testable import Detection

/// The detector over runs that need no stack: what it runs, keeps and restores.
struct DetectorTests {
  private func plan(_ name: String) -> String {
    """
    name: \(name)
    description: A plan.
    workload: { kind: register, clients: 2, keys: 2 }
    faults:
      - kill: { tier: redis, role: master }
        at: 1s
        duration: 1s
    """
  }

  private func detector(_ runs: FakeRuns, _ folder: ScratchFolder) throws -> Detector {
    try folder.write(plan("a"), to: "a.yml")
    return Detector(
      DetectionSchedule(bugs: ["a"], runs: 2, runsWithoutBug: 1), runs: runs, plans: folder.path,
      target: StoreTarget.forPlans, resultsRoot: folder.path, command: "kvchaos detect"
    ) { _ in }
  }

  @Test func whatWasRunIsKeptAndNotRunAgain() async throws {
    let folder = try ScratchFolder()
    let runs = FakeRuns { _, bug in (bug == nil ? [] : ["lost-writes"], false) }
    let outcome = try await detector(runs, folder).run()
    #expect(runs.calls == ["run a with a", "run a with a", "run a with no bug", "restore"])
    #expect(outcome.owed == 0)
    #expect(outcome.record.runs.map(\.alarms) == [["lost-writes"], ["lost-writes"], []])
    #expect(outcome.record.runs.map(\.folder) == ["detect/a/1", "detect/a/1", "detect/a/1"])
    #expect(folder.has("DETECTION.md"))
    let again = try await detector(runs, folder).run()
    #expect(runs.calls.count == 5)
    #expect(again.record.runs == outcome.record.runs)
    try detector(runs, folder).forget()
    _ = try await detector(runs, folder).run()
    #expect(runs.calls.count { $0.hasPrefix("run") } == 6)
  }

  /// What was run before the error is on the disk, and the release services are back.
  @Test(arguments: [false, true]) func anErrorCostsOnlyItsOwnRun(failsToRestore: Bool) async throws {
    let folder = try ScratchFolder()
    let runs = FakeRuns { _, bug in
      guard bug != nil else { throw FakeRuns.Failure(text: "no engine") }
      return ([], false)
    }
    if failsToRestore { runs.failToRestore(FakeRuns.Failure(text: "no image")) }
    await #expect(throws: FakeRuns.Failure(text: "no engine")) { try await detector(runs, folder).run() }
    #expect(runs.calls == ["run a with a", "run a with a", "run a with no bug", "restore"])
    let record = try JSONDecoder().decode(DetectionRecord.self, from: Data(folder.text("detection.json").utf8))
    #expect(record.runs.count == 2)
  }

  @Test func aReleaseThatDoesNotComeBackIsAnError() async throws {
    let folder = try ScratchFolder()
    let runs = FakeRuns { _, _ in ([], false) }
    runs.failToRestore(FakeRuns.Failure(text: "no image"))
    await #expect(throws: FakeRuns.Failure(text: "no image")) { try await detector(runs, folder).run() }
    #expect(runs.calls.count { $0 == "restore" } == 1)
  }

  @Test func aUserEndsIt() async throws {
    let folder = try ScratchFolder()
    let runs = FakeRuns { _, _ in (["lost-writes"], true) }
    let error = await #expect(throws: CommandError.self) { try await detector(runs, folder).run() }
    #expect(error?.category == .interrupted)
    #expect(runs.calls == ["run a with a", "restore"])
    #expect(!folder.has("detection.json"))
  }

  @Test func aRecordThatCannotBeReadStopsItBeforeTheFirstRun() async throws {
    let folder = try ScratchFolder()
    try folder.write("{}", to: "detection.json")
    let runs = FakeRuns { _, _ in ([], false) }
    let error = await #expect(throws: CommandError.self) { try await detector(runs, folder).run() }
    #expect(error?.category == .badInput)
    #expect(runs.calls.isEmpty)
  }
}
