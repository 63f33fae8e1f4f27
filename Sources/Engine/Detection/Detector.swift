import ChaosPlan
import Failures
import Foundation
import Orchestrator
import PrettyJSON
import Report

/// Runs what a `DetectionMachine` asks for, and keeps `detection.json` and `DETECTION.md` after every run.
public struct Detector: Sendable {
  private let schedule: DetectionSchedule
  private let runs: any PlanRuns
  private let plans: String
  private let target: PlanTarget
  private let resultsRoot: String
  private let command: String
  private let progress: @Sendable (RunProgress) -> Void

  /// - Parameters:
  ///   - plans: the folder of the bugs' plans.
  ///   - target: what they are for.
  ///   - resultsRoot: gets `DETECTION.md`, `detection.json`, and the runs under `detect/`.
  ///   - command: the command that the report names as its origin.
  public init(
    _ schedule: DetectionSchedule, runs: any PlanRuns, plans: String, target: PlanTarget, resultsRoot: String,
    command: String, progress: @escaping @Sendable (RunProgress) -> Void
  ) {
    self.schedule = schedule
    self.runs = runs
    self.plans = plans
    self.target = target
    self.resultsRoot = resultsRoot
    self.command = command
    self.progress = progress
  }

  /// Writes `DETECTION.md` again from what has been run.
  ///
  /// - Returns: its text.
  public static func rewrite(_ resultsRoot: String, command: String) throws(CommandError) -> String {
    let text = DetectionReport(
      try read("\(resultsRoot)/detection.json"), mutants: mutants(resultsRoot), command: command
    ).text
    do {
      try text.write(toFile: "\(resultsRoot)/DETECTION.md", atomically: true, encoding: .utf8)
    } catch {
      throw CommandError(.unavailable, "\(resultsRoot) cannot be written: \(error.localizedDescription)")
    }
    return text
  }

  /// The results of `kvchaos-oracle mutants`, if it has been run.
  private static func mutants(_ resultsRoot: String) -> MutantRecord? {
    FileManager.default.contents(atPath: "\(resultsRoot)/mutants.json").flatMap {
      try? JSONDecoder().decode(MutantRecord.self, from: $0)
    }
  }

  private var jsonPath: String { "\(resultsRoot)/detection.json" }

  /// Forgets the runs that the schedule asks for: after a change of a plan or of the image they prove nothing.
  public func forget() throws(CommandError) {
    var record = try Self.read(jsonPath)
    record.runs.removeAll { schedule.bugs.contains($0.bug ?? $0.plan) }
    try write(record)
  }

  /// Runs until no run is left or the `deadline` has passed; the stack has its release services again when this
  /// returns.
  ///
  /// - Returns: the record so far, and how many runs are left.
  /// - Throws: `CommandError`, and what `Runner` throws.
  public func run(until deadline: ContinuousClock.Instant? = nil) async throws -> (record: DetectionRecord, owed: Int) {
    var machine = DetectionMachine(schedule, after: try Self.read(jsonPath), deadline: deadline)
    var failure: (any Error)?
    var actions = machine.handle(.began, at: .now)[...]
    while let action = actions.popFirst() {
      do {
        switch action {
        case .note(let text): progress(.note(text))
        case .run(let step):
          let event = try await perform(step)
          actions += machine.handle(event, at: .now)
        case .keep(let record): try write(record)
        case .restore: try await runs.restore()
        }
      } catch {
        failure = failure ?? error
        actions = machine.handle(.failed, at: .now)[...]
      }
    }
    if let failure = machine.failure ?? failure { throw failure }
    return (machine.record, machine.owed)
  }

  private func perform(
    _ step: DetectionSchedule.Step
  ) async throws -> DetectionMachine<ContinuousClock.Instant>.Event {
    let file = try PlanFile(path: "\(plans)/\(step.plan).yml", target: target)
    var options = RunOptions(resultsRoot: "\(resultsRoot)/detect", catchesSignals: true)
    options.settlement = RunOptions.briefSettlement
    options.checkTimeout = .seconds(20)
    let result = try await runs.run(file, bug: step.bug, options)
    return .ran(
      DetectionRecord.Run(bug: step.bug, report: result.report, folder: relative(result.folder)),
      wasInterrupted: result.wasInterrupted, at: Date.now.formatted(.iso8601))
  }

  private func relative(_ folder: String) -> String {
    folder.hasPrefix(resultsRoot + "/") ? String(folder.dropFirst(resultsRoot.count + 1)) : folder
  }

  private static func read(_ path: String) throws(CommandError) -> DetectionRecord {
    guard let data = FileManager.default.contents(atPath: path) else { return DetectionRecord() }
    guard let record = try? JSONDecoder().decode(DetectionRecord.self, from: data),
      record.schema == DetectionRecord.currentSchema
    else {
      throw CommandError(
        .badInput, "\(path) cannot be read as the record of a detection; move it away to start again")
    }
    return record
  }

  private func write(_ record: DetectionRecord) throws(CommandError) {
    do {
      try FileManager.default.createDirectory(atPath: resultsRoot, withIntermediateDirectories: true)
      try (PrettyJSON.text(record) + "\n").write(toFile: jsonPath, atomically: true, encoding: .utf8)
      try DetectionReport(record, mutants: Self.mutants(resultsRoot), command: command).text
        .write(toFile: "\(resultsRoot)/DETECTION.md", atomically: true, encoding: .utf8)
    } catch {
      throw CommandError(.unavailable, "\(resultsRoot) cannot be written: \(error.localizedDescription)")
    }
  }
}
