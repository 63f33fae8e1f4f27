/// Where a course is. The raw value is the word on the terminal and in the report.
public enum RunPhase: String, Sendable, Hashable, CaseIterable {
  /// Open undos are replayed and the stack is brought up; no traffic yet.
  case prepare
  /// Traffic without faults, before.
  case steadyBefore = "steady before"
  case faults
  /// Every fault is healed; service is not back yet.
  case recovering
  /// Traffic without faults, after.
  case steadyAfter = "steady after"
  /// The last operations and heals are waited for.
  case ending
  /// Drain, audit and final reads.
  case settling = "final reads"
  case verdict
}
