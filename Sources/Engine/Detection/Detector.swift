import ChaosPlan
import Foundation
import Orchestrator
import PrettyJSON
import Report
import Stack
import Workload

/// Runs what a `DetectionSchedule` still owes, and keeps `detection.json` and `DETECTION.md` after every run.
public struct Detector: Sendable {
  /// Shorter than in an ordinary run: what is lost does not come, and a run is to be over in a minute.
  public static let settlement = Settlement.Limits(
    stall: .seconds(6), answer: .seconds(20), convergence: .seconds(4), concurrency: 12)

  private let schedule: DetectionSchedule
  private let configuration: StackConfiguration
  private let resultsRoot: String
  private let command: String
  private let progress: @Sendable (RunProgress) -> Void

  /// - Parameters:
  ///   - resultsRoot: gets `DETECTION.md`, `detection.json`, and the runs under `detect/`.
  ///   - command: how the report says that it was made.
  public init(
    _ schedule: DetectionSchedule, configuration: StackConfiguration, resultsRoot: String, command: String,
    progress: @escaping @Sendable (RunProgress) -> Void
  ) {
    self.schedule = schedule
    self.configuration = configuration
    self.resultsRoot = resultsRoot
    self.command = command
    self.progress = progress
  }

  /// Writes `DETECTION.md` again from what has been run.
  ///
  /// - Returns: its text.
  public static func rewrite(_ resultsRoot: String, command: String) throws(DetectionError) -> String {
    let text = DetectionReport(
      try read("\(resultsRoot)/detection.json"), mutants: mutants(resultsRoot), command: command
    ).text
    do {
      try text.write(toFile: "\(resultsRoot)/DETECTION.md", atomically: true, encoding: .utf8)
    } catch {
      throw DetectionError(.unavailable, "\(resultsRoot) cannot be written: \(error.localizedDescription)")
    }
    return text
  }

  /// What `kvchaos-oracle mutants` has found, where it has been run.
  private static func mutants(_ resultsRoot: String) -> MutantRecord? {
    FileManager.default.contents(atPath: "\(resultsRoot)/mutants.json").flatMap {
      try? JSONDecoder().decode(MutantRecord.self, from: $0)
    }
  }

  private var jsonPath: String { "\(resultsRoot)/detection.json" }

  /// Forgets the runs that the schedule asks for: after a change of a plan or of the image they prove nothing.
  public func forget() throws(DetectionError) {
    var record = try Self.read(jsonPath)
    record.runs.removeAll { schedule.bugs.contains($0.bug ?? $0.plan) }
    try write(record)
  }

  /// Runs until nothing is owed or `deadline` has come; the stack has its release services again when this returns.
  ///
  /// - Returns: all that is known now, and how many runs are still owed.
  /// - Throws: `DetectionError`, and what `Runner` throws.
  public func run(until deadline: ContinuousClock.Instant? = nil) async throws -> (record: DetectionRecord, owed: Int) {
    var record = try Self.read(jsonPath)
    let steps = schedule.remaining(after: record)
    var done = 0
    do {
      for step in steps {
        if let deadline, ContinuousClock.now >= deadline { break }
        progress(.note("[\(done + 1)/\(steps.count)] \(step.bug.map { "bug \($0)" } ?? "no bug"), plan \(step.plan)"))
        let run = try await perform(step)
        done += 1
        record.runs.append(run)
        record.updatedAt = Date.now.formatted(.iso8601)
        try write(record)
        progress(.note(Self.line(run)))
      }
    } catch {
      try? await restore()
      throw error
    }
    try await restore()
    return (record, steps.count - done)
  }

  private func perform(_ step: DetectionSchedule.Step) async throws -> DetectionRecord.Run {
    let file = try PlanFile(path: "\(configuration.home)/chaos/detect/\(step.plan).yml")
    var planted = configuration
    planted.plantedBug = step.bug
    var options = RunOptions(resultsRoot: "\(resultsRoot)/detect", catchesSignals: true)
    options.settlement = Self.settlement
    options.checkTimeout = .seconds(20)
    let result = try await Runner(file, configuration: planted, options: options, progress: progress).run()
    guard !result.wasInterrupted else { throw DetectionError(.interrupted, "interrupted; the same command goes on") }
    return DetectionRecord.Run(bug: step.bug, report: result.report, folder: relative(result.folder))
  }

  /// The release services, whatever happened.
  private func restore() async throws {
    progress(.note("restoring the release services"))
    try await Stack(configuration).up { _ in }
  }

  private func relative(_ folder: String) -> String {
    folder.hasPrefix(resultsRoot + "/") ? String(folder.dropFirst(resultsRoot.count + 1)) : folder
  }

  private static func line(_ run: DetectionRecord.Run) -> String {
    let what = run.alarms.isEmpty ? "\(run.verdict)" : "caught by \(run.alarms.joined(separator: ", "))"
    let seen = run.firstSeenAt.map { ", first seen at \(Int($0)) s" } ?? ""
    let named = run.culprit.map { ", points to \($0.rawValue)" } ?? ""
    return "   \(run.bug ?? "no bug"): \(what)\(seen)\(named)"
  }

  private static func read(_ path: String) throws(DetectionError) -> DetectionRecord {
    guard let data = FileManager.default.contents(atPath: path) else { return DetectionRecord() }
    guard let record = try? JSONDecoder().decode(DetectionRecord.self, from: data),
      record.schema == DetectionRecord.currentSchema
    else {
      throw DetectionError(
        .badInput, "\(path) cannot be read as the record of a detection; move it away to start again")
    }
    return record
  }

  private func write(_ record: DetectionRecord) throws(DetectionError) {
    do {
      try FileManager.default.createDirectory(atPath: resultsRoot, withIntermediateDirectories: true)
      try (PrettyJSON.text(record) + "\n").write(toFile: jsonPath, atomically: true, encoding: .utf8)
      try DetectionReport(record, mutants: Self.mutants(resultsRoot), command: command).text
        .write(toFile: "\(resultsRoot)/DETECTION.md", atomically: true, encoding: .utf8)
    } catch {
      throw DetectionError(.unavailable, "\(resultsRoot) cannot be written: \(error.localizedDescription)")
    }
  }
}
