import ChaosPlan
import Stack

/// Runs plans one after another: what a detection and a shrinking need of an engine.
public protocol PlanRuns: Sendable {
  /// Runs a plan to its verdict.
  ///
  /// - Parameter bug: planted into the services; `nil`: the release services.
  /// - Throws: what `Runner.run` does.
  func run(_ file: PlanFile, bug: String?, _ options: RunOptions) async throws -> RunResult

  /// Brings the release services back.
  func restore() async throws
}

/// Runs on the bundled stack.
public struct StackRuns: PlanRuns {
  private let configuration: StackConfiguration
  private let progress: @Sendable (RunProgress) -> Void

  /// - Parameters:
  ///   - configuration: of the stack with its release services.
  ///   - progress: called with progress events, from any thread.
  public init(_ configuration: StackConfiguration, progress: @escaping @Sendable (RunProgress) -> Void) {
    self.configuration = configuration
    self.progress = progress
  }

  public func run(_ file: PlanFile, bug: String?, _ options: RunOptions) async throws -> RunResult {
    var planted = configuration
    planted.plantedBug = bug
    return try await Runner(file, configuration: planted, options: options, progress: progress).run()
  }

  public func restore() async throws { try await Stack(configuration).up { _ in } }
}
