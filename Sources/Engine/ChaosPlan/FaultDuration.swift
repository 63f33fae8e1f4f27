/// How long a fault stays before it is healed.
public enum FaultDuration: Sendable, Hashable {
  /// A fixed time, counted from the strike.
  case fixed(Duration)
  /// Until every client is served again despite the fault (the recovery rule of the reports), at most for this time.
  case untilRecovered(limit: Duration)

  /// What `until-recovered` waits at most where the plan does not say.
  public static let recoveryLimit = Duration.seconds(60)

  /// The longest that it can be.
  public var maximum: Duration {
    switch self {
    case .fixed(let duration): duration
    case .untilRecovered(let limit): limit
    }
  }
}
