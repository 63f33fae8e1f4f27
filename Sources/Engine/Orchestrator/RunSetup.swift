import ChaosPlan
import Consistency
import History
import Report

/// What a session runs and on what, once everything is prepared.
struct RunSetup: Sendable {
  /// As the user wrote it; its text goes into the results.
  var file: PlanFile
  /// The plan as the flavour runs it.
  var plan: Plan
  /// The flavour of the SQL tier.
  var flavour: String
  /// The engine that the cluster runs on, for the report.
  var engine: String
  /// How long the services' cache keeps an entry.
  var cacheTimeToLive: Duration
  var options: RunOptions
  var cluster: any Cluster
  /// Makes the clients, with the run's seed and namespace.
  var traffic: @Sendable (HistoryWriter, _ seed: UInt64, _ namespace: String) -> any RunTraffic
  /// Called with progress events, from any thread.
  var progress: @Sendable (RunProgress) -> Void
  var rule = RecoveryRule()
  /// How often the state machine looks at the traffic.
  var tickInterval = Duration.milliseconds(100)
}
