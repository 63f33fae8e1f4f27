/// One strike of the schedule that a plan and a seed come to.
public struct Strike: Sendable, Hashable {
  /// A moment that the schedule knows only by name until the run gets there.
  public enum Moment: Sendable, Hashable {
    /// The end of the steady state before.
    case start
    /// When the strike with this index was ordered.
    case begin(Int)
    /// When the strike with this index was healed, or given up.
    case end(Int)
  }

  /// A time after a moment.
  public struct Time: Sendable, Hashable {
    public var moment: Moment
    public var delay: Duration

    public init(_ moment: Moment, _ delay: Duration = .zero) {
      self.moment = moment
      self.delay = delay
    }
  }

  public var fault: PlannedFault
  /// It begins when all of these have come.
  public var notBefore: [Time]
  /// From then on it is not ordered any more; `nil`: always.
  public var notAfter: Time?
  /// Whether the run may proceed without it: a random fault that finds no target, or may not strike now, is left out.
  public var isOptional: Bool

  public init(_ fault: PlannedFault, notBefore: [Time], notAfter: Time? = nil, isOptional: Bool = false) {
    self.fault = fault
    self.notBefore = notBefore
    self.notAfter = notAfter
    self.isOptional = isOptional
  }
}
