import Failures

/// A detection as a pure state machine: which run is next, what is recorded about it, and when the release services are
/// restored.
///
/// `Time` is only compared: tests count it by hand.
struct DetectionMachine<Time: Comparable & Sendable>: Sendable {
  enum Event: Sendable, Hashable {
    case began
    /// A run ended with a report, at this time of day (ISO 8601, UTC).
    case ran(DetectionRecord.Run, wasInterrupted: Bool, at: String)
    /// Something threw.
    case failed
  }

  enum Action: Sendable, Hashable {
    case note(String)
    case run(DetectionSchedule.Step)
    /// Write the record.
    case keep(DetectionRecord)
    /// Restore the release services, whatever happened.
    case restore
  }

  private(set) var record: DetectionRecord
  /// Why the detection ends early, if the machine itself decided that.
  private(set) var failure: CommandError?
  private let steps: [DetectionSchedule.Step]
  private let deadline: Time?
  private var done = 0
  private var isEnding = false

  /// - Parameter deadline: no run starts after it; `nil`: no limit.
  init(_ schedule: DetectionSchedule, after record: DetectionRecord, deadline: Time?) {
    self.record = record
    self.deadline = deadline
    steps = schedule.remaining(after: record)
  }

  /// How many runs are still to be done.
  var owed: Int { steps.count - done }

  /// Handles an event.
  mutating func handle(_ event: Event, at now: Time) -> [Action] {
    switch event {
    case .began: return next(now)
    case .ran(_, wasInterrupted: true, at: _):
      failure = CommandError(.interrupted, "interrupted; the same command goes on")
      return end()
    case .ran(let run, wasInterrupted: false, at: let time):
      done += 1
      record.runs.append(run)
      record.updatedAt = time
      return [.keep(record), .note(Self.line(run))] + next(now)
    case .failed: return end()
    }
  }

  private mutating func next(_ now: Time) -> [Action] {
    guard owed > 0, deadline.map({ now < $0 }) ?? true else { return end() }
    let step = steps[done]
    return [
      .note("[\(done + 1)/\(steps.count)] \(step.bug.map { "bug \($0)" } ?? "no bug"), plan \(step.plan)"), .run(step),
    ]
  }

  /// Only once: if restoring the services fails, it is not tried again.
  private mutating func end() -> [Action] {
    guard !isEnding else { return [] }
    isEnding = true
    return [.note("restoring the release services"), .restore]
  }

  private static func line(_ run: DetectionRecord.Run) -> String {
    let what = run.alarms.isEmpty ? "\(run.verdict)" : "caught by \(run.alarms.joined(separator: ", "))"
    let seen = run.firstSeenAt.map { ", first seen at \(Int($0)) s" } ?? ""
    let named = run.culprit.map { ", points to \($0.rawValue)" } ?? ""
    return "   \(run.bug ?? "no bug"): \(what)\(seen)\(named)"
  }
}
