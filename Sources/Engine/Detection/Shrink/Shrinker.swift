import ChaosPlan
import Consistency
import Foundation
import Orchestrator
import Report
import Stack

/// Runs a `ShrinkMachine`'s trials on the stack.
public struct Shrinker: Sendable {
  /// What came of it.
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
  private let configuration: StackConfiguration
  private let resultsRoot: String
  private let progress: @Sendable (RunProgress) -> Void

  /// - Parameters:
  ///   - folder: of a run whose verdict is violated.
  ///   - needed: how many of `tries` runs of a smaller plan must violate one of the same checks.
  ///   - configuration: of the stack, with the planted bug that the run had, if it had one.
  /// - Throws: `DetectionError`, `ReportError`, `PlanError`.
  public init(
    folder: String, needed: Int, tries: Int, configuration: StackConfiguration, resultsRoot: String,
    progress: @escaping @Sendable (RunProgress) -> Void
  ) throws {
    let report = try ReportFiles(folder: folder).report
    guard report.verdict == .violated else {
      throw DetectionError(.badInput, "\(folder) is not a violated run: \(report.summary)")
    }
    let file = try PlanFile(path: "\(folder)/plan.yml")
    editor = try PlanEditor(file)
    plan = file.plan
    alarms = Set(report.checks.filter { $0.verdict == .violated }.map(\.name))
    self.needed = needed
    self.tries = tries
    self.configuration = configuration
    self.resultsRoot = resultsRoot
    self.progress = progress
  }

  private var name: String { String("\(plan.name)".prefix(57)) + "-small" }

  /// Tries until nothing smaller violates, or `deadline` has come, and writes the smallest plan to `path`.
  public func run(
    to path: String, until deadline: ContinuousClock.Instant? = nil
  ) async throws -> Outcome {
    let whole = PlanEditor.Cut(
      faults: Array(0..<editor.faultCount), clients: plan.workload.clients, timePercent: 100)
    var machine = ShrinkMachine(whole: whole)
    var runs = 0
    var isCutShort = false
    search: while let cut = machine.next() {
      guard let file = try? editor.plan(cut, name: name, path: path) else {
        // What is no plan (a fault that is left needs one that is gone) cannot violate.
        machine.record(isViolated: false)
        continue
      }
      progress(.note("trying \(Self.text(cut))"))
      var trial = Trial(needed: needed, tries: tries)
      while trial.isViolated == nil {
        if let deadline, ContinuousClock.now >= deadline {
          isCutShort = true
          break search
        }
        runs += 1
        trial.record(isViolated: try await violates(file))
      }
      progress(
        .note("   violated in \(trial.violated) of \(trial.done): \(trial.isViolated == true ? "taken" : "left")"))
      machine.record(isViolated: trial.isViolated == true)
    }
    let file = try editor.plan(machine.best, name: name, path: path)
    do {
      try file.text.write(toFile: path, atomically: true, encoding: .utf8)
    } catch {
      throw DetectionError(.unavailable, "\(path) cannot be written: \(error.localizedDescription)")
    }
    return Outcome(file: file, whole: whole, cut: machine.best, runs: runs, isCutShort: isCutShort)
  }

  private func violates(_ file: PlanFile) async throws -> Bool {
    var options = RunOptions(resultsRoot: "\(resultsRoot)/shrink", catchesSignals: true)
    options.settlement = Detector.settlement
    let result = try await Runner(file, configuration: configuration, options: options, progress: progress).run()
    guard !result.wasInterrupted else { throw DetectionError(.interrupted, "interrupted; no smaller plan was written") }
    return result.report.checks.contains { $0.verdict == .violated && alarms.contains($0.name) }
  }

  public static func text(_ cut: PlanEditor.Cut) -> String {
    let faults = cut.faults.isEmpty ? "no fault" : "faults \(cut.faults.map { String($0 + 1) }.joined(separator: ", "))"
    return "\(faults), \(cut.clients) clients, \(cut.timePercent) % of the time"
  }
}
