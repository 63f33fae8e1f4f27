import Consistency
import Workload

/// The options of a run, beyond the plan.
public struct RunOptions: Sendable {
  /// The allowed age of a cached read beyond the cache's time to live: a request can take 10 s, so a row that an API
  /// read from SQL may enter the cache that much later.
  public static let cacheMargin = Duration.seconds(10)

  /// For a run that is to be over in a minute: what is lost does not come.
  public static let briefSettlement = Settlement.Limits(
    stall: .seconds(6), answer: .seconds(20), convergence: .seconds(4), concurrency: 12)

  /// Overrides the plan's seed.
  public var seed: UInt64?
  /// Where results go: `<root>/<plan>/<UTC time>/`.
  public var resultsRoot: String
  /// Whether SIGINT and SIGTERM end the run (after healing).
  public var catchesSignals: Bool
  public var settlement: Settlement.Limits
  /// How long the search for a linearization may take.
  public var checkTimeout: Duration

  public init(
    resultsRoot: String, seed: UInt64? = nil, catchesSignals: Bool = false,
    settlement: Settlement.Limits = Settlement.Limits(), checkTimeout: Duration = .seconds(60)
  ) {
    self.resultsRoot = resultsRoot
    self.seed = seed
    self.catchesSignals = catchesSignals
    self.settlement = settlement
    self.checkTimeout = checkTimeout
  }

  /// How the history of a run is checked.
  ///
  /// - Parameter cacheTimeToLive: the services' own setting, of which P4 speaks.
  func checks(cacheTimeToLive: Duration) -> CheckOptions {
    CheckOptions(timeout: checkTimeout, cacheTimeToLive: cacheTimeToLive + Self.cacheMargin)
  }
}
