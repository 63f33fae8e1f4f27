import Consistency
import Workload

/// How a plan is run, besides what the plan says.
public struct RunOptions: Sendable {
  /// What a cached read may be behind besides the cache's time to live: a request ends after 10 s, so what an API read
  /// from SQL may enter the cache that much later.
  public static let cacheMargin = Duration.seconds(10)

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
