import ChaosPlan
import DockerEngine
import Foundation
import Orchestrator
import Stack
import TestSupport
import Testing
import Workload

/// Where the scenarios run: this repository's stack, brought up by the first that needs it.
enum Laboratory {
  /// The repository, or what `KVCHAOS_HOME` says.
  static let home =
    ProcessInfo.processInfo.environment["KVCHAOS_HOME"] ?? Repository.root.path

  /// In CI a scenario that cannot run is a failure, never a skip.
  static var isRequired: Bool {
    let environment = ProcessInfo.processInfo.environment
    return environment["CI"] == "true" || environment["KVCHAOS_REQUIRE_SCENARIOS"] == "1"
  }

  /// Whether the scenarios are to run: where Docker answers, and where they must.
  static func isWanted() async -> Bool {
    if isRequired { return true }
    do {
      let engine = Stack(try configuration()).engine
      defer { engine.shutdown() }
      try await engine.version()
      return true
    } catch {
      return false
    }
  }

  /// - Parameter overrides: in place of this process's own environment.
  static func configuration(_ overrides: [String: String] = [:]) throws -> StackConfiguration {
    var environment = ProcessInfo.processInfo.environment
    environment["KVCHAOS_HOME"] = home
    environment.merge(overrides) { $1 }
    return try StackConfiguration.current(environment: environment)
  }

  /// Runs a plan as `kvchaos run` does.
  static func run(
    _ file: PlanFile, settlement: Settlement.Limits = Settlement.Limits(),
    onPhase: @escaping @Sendable (RunPhase) -> Void = { _ in }
  ) async throws -> RunResult {
    let configuration = try configuration()
    let options = RunOptions(resultsRoot: "\(configuration.home)/results", settlement: settlement)
    let console = ConsoleProgress(isTerminal: false)
    return try await Runner(file, configuration: configuration, options: options) { progress in
      console.show(progress)
      if case .phase(let phase) = progress { onPhase(phase) }
    }.run()
  }
}
