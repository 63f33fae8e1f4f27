/// A plan's expectations of the store; each is measured and becomes a line of the verdict.
public struct Expectations: Sendable, Hashable {
  /// Most acknowledged writes that may be lost.
  public var lostWrites = 0
  /// The maximum number of reads of values that were never written.
  public var neverWrittenReads = 0
  /// The expectation for linearizability; `nil`: none (no key has committed writes and linearizable reads).
  public var linearizable: LinearizableExpectation?
  public var availability = Availability()
  /// Longest time to recover, after a fault strikes and again after it is healed; `nil`: measured, not judged.
  public var recoveryMaximum: Duration?
  /// Other limits on a flavour of the SQL tier, which has other numbers by its nature.
  public var flavours: [SQLFlavour: FlavourLimits] = [:]
  /// Why these are the limits, where they are those of a flavour.
  public var because: String?

  /// What is expected on a flavour: its own limits in place of the plan's, which stand where it has none.
  func on(_ flavour: SQLFlavour) -> Expectations {
    guard let limits = flavours[flavour] else { return self }
    var expect = self
    expect.availability.duringMinimum = limits.availability.duringMinimum ?? availability.duringMinimum
    expect.availability.afterMinimum = limits.availability.afterMinimum ?? availability.afterMinimum
    expect.recoveryMaximum = limits.recoveryMaximum ?? recoveryMaximum
    expect.because = "on \(flavour.title): \(limits.because)"
    return expect
  }

  /// Least shares (0...1) of operations answered with ok; `nil`: measured, not judged.
  public struct Availability: Sendable, Hashable {
    /// From the first injection until the store has recovered from the last heal (or was given up on).
    public var duringMinimum: Double?
    /// In the steady state after.
    public var afterMinimum: Double?
  }
}

/// What is expected on one flavour of the SQL tier in place of what the plan expects: measures of time and service
/// only. Limits on losses and on the order of effects are the same on all flavours.
public struct FlavourLimits: Sendable, Hashable {
  /// Why they differ, for people.
  public var because: String
  public var availability = Expectations.Availability()
  public var recoveryMaximum: Duration?
}

/// What a plan asks of the linearizability check.
public enum LinearizableExpectation: String, Sendable, Hashable, CaseIterable, Codable {
  /// Every key decided and linearizable.
  case required = "true"
  /// No key shown not to be linearizable; keys that could not be decided in time do not count.
  case unknownAllowed = "unknown-allowed"
}
