import ChaosPlan
import Failures

/// The search for a smaller plan as a pure state machine: `ShrinkMachine` proposes cuts, a `Trial` counts the runs of
/// each, and the time may be up.
///
/// `Time` is only compared: tests count it by hand.
struct ShrinkSearch<Time: Comparable & Sendable>: Sendable {
  /// What a run showed.
  struct Finding: Sendable, Hashable {
    /// The names of the violated checks.
    var violated: Set<String>
    var wasInterrupted = false
  }

  enum Action: Sendable, Hashable {
    case note(String)
    case run(PlanFile)
  }

  private let editor: PlanEditor
  private let name: String
  private let path: String
  private let alarms: Set<String>
  private let needed: Int
  private let tries: Int
  private let deadline: Time?
  private var machine: ShrinkMachine
  /// The plan that is tried.
  private var trial: (file: PlanFile, count: Trial)?
  private(set) var runs = 0
  /// Whether the time was up: there may be a smaller plan.
  private(set) var isCutShort = false

  /// - Parameters:
  ///   - whole: the plan that violated, of the editor's file.
  ///   - name: of the smaller plan, to be written to `path`.
  ///   - alarms: the checks that it violated; one of them counts.
  ///   - needed: how many of `tries` runs have to violate one.
  ///   - deadline: no run starts after it; `nil`: no limit.
  init(
    _ editor: PlanEditor, whole: PlanEditor.Cut, name: String, path: String, alarms: Set<String>, needed: Int,
    tries: Int, deadline: Time?
  ) {
    self.editor = editor
    self.name = name
    self.path = path
    self.alarms = alarms
    self.needed = needed
    self.tries = tries
    self.deadline = deadline
    machine = ShrinkMachine(whole: whole)
  }

  /// The smallest cut that was seen to violate.
  var best: PlanEditor.Cut { machine.best }

  /// The plan of the smallest cut.
  func smallest() throws(PlanError) -> PlanFile { try editor.plan(best, name: name, path: path) }

  /// What to do first.
  mutating func begin(at now: Time) -> [Action] { next(now) }

  /// Takes the finding of the run that was asked for.
  ///
  /// - Returns: what to do now; nothing once the search is over.
  /// - Throws: `interrupted` where the user ended the run.
  mutating func record(_ finding: Finding, at now: Time) throws(CommandError) -> [Action] {
    guard !finding.wasInterrupted else {
      throw CommandError(.interrupted, "interrupted; no smaller plan was written")
    }
    guard var trial else { preconditionFailure("a run was recorded that was not requested") }
    trial.count.record(isViolated: !finding.violated.isDisjoint(with: alarms))
    guard let isViolated = trial.count.isViolated else {
      self.trial = trial
      return run(trial.file, now)
    }
    self.trial = nil
    machine.record(isViolated: isViolated)
    let word = isViolated ? "taken" : "left"
    return [.note("   violated in \(trial.count.violated) of \(trial.count.done): \(word)")] + next(now)
  }

  private mutating func next(_ now: Time) -> [Action] {
    while let cut = machine.next() {
      guard let file = try? editor.plan(cut, name: name, path: path) else {
        // An invalid plan (a remaining fault needs a removed one) cannot violate.
        machine.record(isViolated: false)
        continue
      }
      trial = (file, Trial(needed: needed, tries: tries))
      return [.note("trying \(Shrinker.text(cut))")] + run(file, now)
    }
    return []
  }

  private mutating func run(_ file: PlanFile, _ now: Time) -> [Action] {
    guard deadline.map({ now < $0 }) ?? true else {
      isCutShort = true
      return []
    }
    runs += 1
    return [.run(file)]
  }
}
