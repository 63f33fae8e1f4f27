import Faults
import Foundation
import Report
import Stack
import Synchronization
import Testing

@testable import ChaosPlan
@testable import Orchestrator

/// A session over a fake cluster and a fake client, with its results in a folder of its own.
private final class SessionBench {
  let cluster = FakeCluster(.whole)
  private let root = FileManager.default.temporaryDirectory.appending(path: "kvchaos-\(UUID().uuidString)").path()
  private let traffic = Mutex<FakeTraffic?>(nil)
  private(set) var notes: [String] = []

  deinit { try? FileManager.default.removeItem(atPath: root) }

  var client: FakeTraffic? { traffic.withLock { $0 } }

  /// Runs a plan with one kill to its verdict.
  ///
  /// - Parameters:
  ///   - isWaiting: whether the final reads wait until they are cancelled.
  ///   - reason: of an interruption before the first operation.
  ///   - react: called with all progress and the way to interrupt the run.
  func run(
    isWaiting: Bool = false, interruptedBy reason: String? = nil,
    react: @escaping @Sendable (RunProgress, (String) -> Void, FakeTraffic?) -> Void = { _, _, _ in }
  ) async throws -> RunResult {
    let fault = FaultStep.fault(
      PlannedFault(
        action: .kill(signal: "SIGKILL"), selector: Selector(tier: .rabbitmq, role: .leader),
        duration: .fixed(.milliseconds(30))))
    let plan = Plan(
      name: "p", description: "d", workload: WorkloadSettings(clients: 1, keys: 1),
      steadyState: SteadyState(before: .milliseconds(30), after: .milliseconds(30)), faults: [fault])
    let shared = Shared()
    let setup = RunSetup(
      file: PlanFile(path: "p.yml", text: "name: p\n", plan: plan), plan: plan, flavour: "patroni", engine: "docker",
      cacheTimeToLive: .seconds(60), options: RunOptions(resultsRoot: root, seed: 5), cluster: cluster,
      traffic: { history, _, _ in
        let client = FakeTraffic(history, waitsForCancel: isWaiting)
        shared.client.withLock { $0 = client }
        return client
      },
      progress: { progress in
        if case .note(let text) = progress { shared.notes.withLock { $0.append(text) } }
        react(progress, { reason in shared.course.withLock { $0 }?.interrupt(reason) }, shared.client.withLock { $0 })
      }, rule: RecoveryRule(quiet: 0.05), tickInterval: .milliseconds(5))
    let session = try RunSession(setup)
    shared.course.withLock { $0 = session.course }
    if let reason { session.course.interrupt(reason) }
    let result = await session.run()
    traffic.withLock { $0 = shared.client.withLock { $0 } }
    notes = shared.notes.withLock { $0 }
    return result
  }

  private final class Shared: Sendable {
    let client = Mutex<FakeTraffic?>(nil)
    let course = Mutex<Course?>(nil)
    let notes = Mutex<[String]>([])
  }

  func text(_ result: RunResult, _ name: String) throws -> String {
    try String(contentsOfFile: "\(result.folder)/\(name)", encoding: .utf8)
  }

  /// Injections without their heal.
  var open: Int { cluster.calls.count { $0.hasPrefix("inject") } - cluster.calls.count { $0.hasPrefix("heal") } }
}

/// What a session does with the events of a run, from its first operation to its report.
@Suite struct RunSessionTests {
  @Test func aWholeRunHolds() async throws {
    let bench = SessionBench()
    let phases = Mutex<[RunPhase]>([])
    let result = try await bench.run { progress, _, _ in
      if case .phase(let phase) = progress { phases.withLock { $0.append(phase) } }
    }
    #expect(result.report.summary == "Held: every check passed.")
    #expect(result.exitStatus == 0)
    #expect(!result.wasInterrupted)
    #expect(result.failure == nil)
    #expect(
      phases.withLock { $0 } == [.steadyBefore, .faults, .recovering, .steadyAfter, .ending, .settling, .verdict])
    let calls = bench.cluster.calls
    #expect(calls.prefix(4) == ["status", "inject kill rabbitmq-1", "losses kill", "heal kill"])
    // These are asked for at once.
    #expect(calls.dropFirst(4).sorted() == ["lacking 40.0 seconds", "logs", "residue"])
    #expect(result.report.faults.map(\.label) == ["kill rabbitmq leader"])
    #expect(result.report.phases.map(\.name).first == "steady before")
    #expect(try bench.text(result, "plan.yml") == "name: p\n")
    #expect(try bench.text(result, "seed") == "5\n")
    #expect(try bench.text(result, "logs/p-api-1.log") == "a log")
    #expect(try bench.text(result, "faults.jsonl").split(separator: "\n").count == 4)
    #expect(try ReportFiles(folder: result.folder).report == result.report)
    #expect(bench.notes.contains("struck: kill rabbitmq-1 (kill rabbitmq leader)"))
    #expect(bench.notes.contains("healed: kill rabbitmq-1"))
  }

  /// Whenever the user ends a run, everything is healed, and there is a report that does not claim more than it knows.
  @Test(arguments: [RunPhase.steadyBefore, .faults, .recovering, .steadyAfter, .ending, .settling])
  func anInterruptedRunHealsAndReports(phase: RunPhase) async throws {
    let bench = SessionBench()
    let result = try await bench.run(isWaiting: true) { progress, interrupt, _ in
      if progress == .phase(phase) { interrupt("SIGINT") }
    }
    #expect(result.wasInterrupted)
    #expect(result.exitStatus == 130)
    #expect(result.report.verdict == .unknown)
    #expect(result.report.interruption == "interrupted by SIGINT")
    #expect(bench.open == 0)
    #expect(bench.cluster.calls.contains("lacking 0.0 seconds"))
    #expect(bench.client?.hasSettled == (phase == .settling))
    #expect(result.report.settlement == nil)
    if phase == .steadyBefore { #expect(bench.cluster.calls.count { $0.hasPrefix("inject") } == 0) }
    #expect(try ReportFiles(folder: result.folder).report.verdict == .unknown)
  }

  @Test func aRunThatIsInterruptedBeforeItsFirstOperationIsReportedToo() async throws {
    let bench = SessionBench()
    let result = try await bench.run(interruptedBy: "SIGTERM")
    #expect(result.exitStatus == 130)
    #expect(bench.client?.hasRun == false)
    #expect(!bench.cluster.calls.contains { $0.hasPrefix("inject") })
  }

  /// The fault that is in effect is healed at once, not when its time is over.
  @Test func aFaultInEffectIsHealedWhenTheRunIsInterrupted() async throws {
    let bench = SessionBench()
    let result = try await bench.run { progress, interrupt, _ in
      if case .note(let text) = progress, text.hasPrefix("struck") { interrupt("SIGINT") }
    }
    #expect(result.exitStatus == 130)
    #expect(bench.open == 0)
    #expect(result.report.faults.first?.healedAt != nil)
  }

  /// An injection that hangs is cancelled, and what it says then is no obstacle of its own.
  @Test func anInjectionInProgressIsCancelled() async throws {
    let bench = SessionBench()
    bench.cluster.holdInjections()
    let result = try await bench.run { progress, interrupt, _ in
      if progress == .phase(.faults) { interrupt("SIGINT") }
    }
    #expect(result.exitStatus == 130)
    #expect(result.report.faults.first?.inEffectAt == nil)
    #expect(result.report[check: "run"]?.measured == "interrupted by SIGINT")
  }

  @Test func anErrorOfTheHistoryEndsTheRunAndHeals() async throws {
    let bench = SessionBench()
    let result = try await bench.run { progress, _, traffic in
      if case .note(let text) = progress, text.hasPrefix("struck") { traffic?.fail() }
    }
    #expect(result.exitStatus == 70)
    #expect(result.failure?.contains("disk full") == true)
    #expect(!result.wasInterrupted)
    #expect(bench.open == 0)
  }

  @Test func aFaultThatCannotBeHealedIsNotHeld() async throws {
    let bench = SessionBench()
    let undo = Undo(kind: .kill, target: FaultTarget(node: "rabbitmq-1", container: "p-rabbitmq-1"))
    bench.cluster.heal(as: HealReport(failures: [HealFailure(undo: undo, message: "no engine")]))
    let result = try await bench.run()
    #expect(result.exitStatus == 2)
    #expect(result.report[check: "faults-healed"]?.verdict == .unknown)
  }

  @Test func aClusterThatCannotBeSearchedIsNotHeld() async throws {
    let bench = SessionBench()
    bench.cluster.loseSight()
    let result = try await bench.run()
    #expect(result.exitStatus == 2)
    #expect(result.report[check: "residue"]?.findings == ["no engine"])
    #expect(result.report[check: "nodes"]?.findings == ["no engine"])
    #expect(result.report.notes.contains("the containers' logs could not be fetched"))
  }

  @Test func aFaultThatCannotBeInjectedIsNotHeld() async throws {
    let bench = SessionBench()
    bench.cluster.fail(FaultError(code: .injectionFailed, message: "no such signal"))
    let result = try await bench.run()
    #expect(result.exitStatus == 2)
    #expect(bench.notes.contains("not injected: no such signal"))
    #expect(result.report[check: "run"]?.measured == "the fault could not be injected: no such signal")
  }
}
