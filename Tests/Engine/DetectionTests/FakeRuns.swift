import ChaosPlan
import Consistency
import Foundation
import Synchronization

@testable import Orchestrator
@testable import Report

/// Runs that need no stack: each ends as it is told.
final class FakeRuns: PlanRuns {
  struct Failure: Error, Hashable {
    var text: String
  }

  private struct World {
    var calls: [String] = []
    var restoreFailure: Failure?
  }

  private let world = Mutex(World())
  private let outcome: @Sendable (PlanFile, String?) throws -> (violated: [String], wasInterrupted: Bool)

  init(_ outcome: @escaping @Sendable (PlanFile, String?) throws -> (violated: [String], wasInterrupted: Bool)) {
    self.outcome = outcome
  }

  /// `run NAME with BUG`, `restore`.
  var calls: [String] { world.withLock { $0.calls } }

  func failToRestore(_ failure: Failure) { world.withLock { $0.restoreFailure = failure } }

  func run(_ file: PlanFile, bug: String?, _ options: RunOptions) async throws -> RunResult {
    world.withLock { $0.calls.append("run \(file.plan.name) with \(bug ?? "no bug")") }
    let (violated, wasInterrupted) = try outcome(file, bug)
    return RunResult(
      report: try Self.report(file.plan, violated: violated), folder: "\(options.resultsRoot)/\(file.plan.name)/1",
      wasInterrupted: wasInterrupted, failure: nil)
  }

  func restore() async throws {
    let failure = world.withLock { world in
      world.calls.append("restore")
      return world.restoreFailure
    }
    if let failure { throw failure }
  }

  /// A report in which these checks are violated, and no other.
  static func report(_ plan: Plan, violated: [String]) throws -> RunReport {
    var report = Judgement(
      Judgement.Record(
        plan: plan, path: "p.yml",
        facts: RunFacts(seed: 1, namespace: "r", startedAt: "", secondsLong: 1, flavour: "patroni", events: 0),
        phases: [], faults: [], events: [], residue: .found([]), nodes: .found([]), settlement: nil, trafficEnd: 1,
        recoveredAt: nil),
      consistency: try OnlineChecker().report()
    ).report()
    report.verdict = violated.isEmpty ? .holds : .violated
    report.checks = violated.map {
      CheckReport(name: $0, question: "", verdict: .violated, expected: "", measured: "")
    }
    return report
  }
}

/// A folder that is removed with the last reference.
final class ScratchFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appending(path: "kvchaos-\(UUID().uuidString)").path()
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ text: String, to name: String) throws {
    try text.write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8)
  }

  func text(_ name: String) throws -> String { try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8) }

  func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(path)/\(name)") }
}
