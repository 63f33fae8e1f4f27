/// What a fault may do to a container: the narrow port of this module, implemented by `DockerEngine` on Docker's HTTP
/// API.
///
/// Every call is idempotent where the engine allows it (starting a running container, resuming one that is not paused),
/// so that an undo can be replayed. Implementations refuse containers outside the stack's own project label.
public protocol ContainerRuntime: Sendable {
  /// Sends a signal, `SIGKILL` by default in callers. Throws if the container is not running.
  func kill(container: String, signal: String) async throws
  /// Starts a stopped container; no error when it runs already.
  func start(container: String) async throws
  /// Stops gracefully: the container's stop signal, then a kill after `timeoutSeconds`.
  func stop(container: String, timeoutSeconds: Int) async throws
  /// Freezes every process of the container (cgroup freezer); no error when it is paused already.
  func pause(container: String) async throws
  /// Thaws a paused container; no error when it is not paused.
  func unpause(container: String) async throws
  /// The state now.
  func state(of container: String) async throws -> ContainerState
}

/// A container's state as the engine reports it.
public struct ContainerState: Sendable, Hashable {
  /// The lifecycle states of the Docker Engine API.
  public enum Status: String, Sendable, Hashable {
    case created, running, paused, restarting, removing, exited, dead
  }

  public var status: Status
  /// `nil` where the container has no health check.
  public var health: Health?
  /// The exit code of the last run, where it ended.
  public var exitCode: Int?
  /// When the container was last started, as the engine writes it (RFC 3339); changes with every restart.
  public var startedAt: String

  /// The verdict of the container's health check.
  public enum Health: String, Sendable, Hashable {
    case starting, healthy, unhealthy
  }

  public init(status: Status, health: Health?, exitCode: Int?, startedAt: String) {
    self.status = status
    self.health = health
    self.exitCode = exitCode
    self.startedAt = startedAt
  }
}
