/// What a plan expects of the store; each word is measured and becomes a line of the verdict.
public struct Expectations: Sendable, Hashable {
  /// Most acknowledged writes that may be lost.
  public var lostWrites: Int
  /// Most reads that may return what nobody wrote.
  public var neverWrittenReads: Int
  /// What is asked of linearizability; `nil`: nothing (no key has committed writes and linearizable reads).
  public var linearizable: LinearizableExpectation?
  public var availability: Availability
  /// Longest time to recover, after a fault strikes and again after it is healed; `nil`: measured, not judged.
  public var recoveryMaximum: Duration?

  public init(
    lostWrites: Int = 0, neverWrittenReads: Int = 0, linearizable: LinearizableExpectation? = nil,
    availability: Availability = Availability(), recoveryMaximum: Duration? = nil
  ) {
    self.lostWrites = lostWrites
    self.neverWrittenReads = neverWrittenReads
    self.linearizable = linearizable
    self.availability = availability
    self.recoveryMaximum = recoveryMaximum
  }

  /// Least shares (0...1) of operations answered with ok; `nil`: measured, not judged.
  public struct Availability: Sendable, Hashable {
    /// From the first injection until the store has recovered from the last heal (or was given up on).
    public var duringMinimum: Double?
    /// In the steady state after.
    public var afterMinimum: Double?

    public init(duringMinimum: Double? = nil, afterMinimum: Double? = nil) {
      self.duringMinimum = duringMinimum
      self.afterMinimum = afterMinimum
    }
  }
}

/// What a plan asks of the linearizability check.
public enum LinearizableExpectation: String, Sendable, Hashable, CaseIterable, Codable {
  /// Every key decided and linearizable.
  case required = "true"
  /// No key shown not to be linearizable; keys that could not be decided in time do not count.
  case unknownAllowed = "unknown-allowed"
}
