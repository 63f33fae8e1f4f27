import ChaosPlan
import Consistency
import Failures
import Foundation
import Orchestrator
import Report

/// Runs what a `ShrinkSearch` asks for.
public struct Shrinker: Sendable {
  /// The result.
  public struct Outcome: Sendable {
    public var file: PlanFile
    public var whole: PlanEditor.Cut
    public var cut: PlanEditor.Cut
    /// Runs that it took.
    public var runs: Int
    /// Whether it ended because its time was up: there may be a smaller plan.
    public var isCutShort: Bool
  }

  private let editor: PlanEditor
  private let plan: Plan
  private let alarms: Set<String>
  private let needed: Int
  private let tries: Int
  private let planRuns: any PlanRuns
  private let bug: String?
  private let resultsRoot: String
  private let progress: @Sendable (RunProgress) -> Void

  /// - Parameters:
  ///   - folder: of a run whose verdict is violated.
  ///   - target: what its plan is for.
  ///   - needed: how many of `tries` runs of a smaller plan must violate one of the same checks.
  ///   - bug: the planted bug that the run had; `nil`: it had none.
  /// - Throws: `CommandError`, `PlanError`.
  public init(
    folder: String, target: PlanTarget, needed: Int, tries: Int, runs: any PlanRuns, bug: String?, resultsRoot: String,
    progress: @escaping @Sendable (RunProgress) -> Void
  ) throws {
    let report = try ReportFiles(folder: folder).report
    guard report.verdict == .violated else {
      throw CommandError(.badInput, "\(folder) is not a violated run: \(report.summary)")
    }
    let file = try PlanFile(path: "\(folder)/plan.yml", target: target)
    editor = try PlanEditor(file)
    plan = file.plan
    alarms = Set(report.checks.filter { $0.verdict == .violated }.map(\.name))
    self.needed = needed
    self.tries = tries
    planRuns = runs
    self.bug = bug
    self.resultsRoot = resultsRoot
    self.progress = progress
  }

  private var name: String { String("\(plan.name)".prefix(57)) + "-small" }

  /// Tries until nothing smaller violates, or the `deadline` has passed, and writes the smallest plan to `path`.
  public func run(
    to path: String, until deadline: ContinuousClock.Instant? = nil
  ) async throws -> Outcome {
    let whole = PlanEditor.Cut(
      faults: Array(0..<editor.faultCount), clients: plan.workload.clients, timePercent: 100)
    var search = ShrinkSearch<ContinuousClock.Instant>(
      editor, whole: whole, name: name, path: path, alarms: alarms, needed: needed, tries: tries, deadline: deadline)
    var actions = search.begin(at: .now)[...]
    while let action = actions.popFirst() {
      switch action {
      case .note(let text): progress(.note(text))
      case .run(let file):
        let finding = try await run(file)
        actions += try search.record(finding, at: .now)
      }
    }
    let file = try search.smallest()
    do {
      try file.text.write(toFile: path, atomically: true, encoding: .utf8)
    } catch {
      throw CommandError(.unavailable, "\(path) cannot be written: \(error.localizedDescription)")
    }
    return Outcome(file: file, whole: whole, cut: search.best, runs: search.runs, isCutShort: search.isCutShort)
  }

  private func run(_ file: PlanFile) async throws -> ShrinkSearch<ContinuousClock.Instant>.Finding {
    var options = RunOptions(resultsRoot: "\(resultsRoot)/shrink", catchesSignals: true)
    options.settlement = RunOptions.briefSettlement
    let result = try await planRuns.run(file, bug: bug, options)
    return .init(
      violated: Set(result.report.checks.filter { $0.verdict == .violated }.map(\.name)),
      wasInterrupted: result.wasInterrupted)
  }

  public static func text(_ cut: PlanEditor.Cut) -> String {
    let faults = cut.faults.isEmpty ? "no fault" : "faults \(cut.faults.map { String($0 + 1) }.joined(separator: ", "))"
    return "\(faults), \(cut.clients) clients, \(cut.timePercent) % of the time"
  }
}
