/// The ports and time limits of faults.
public struct FaultEnvironment: Sendable {
  public var runtime: any ContainerRuntime
  /// The port for network faults; `nil`: not available.
  public var network: (any NetworkNamespaces)?
  /// The port for faults inside a container; `nil`: not available.
  public var inside: (any ContainerInside)?
  /// The port that scales a tier; `nil`: not available.
  public var scaling: (any TierScaling)?
  /// The only clock, so that tests need not wait.
  public var clock: any Clock<Duration>
  /// The pause between two checks of an effect.
  public var pollInterval: Duration
  /// How many checks before an effect counts as missing.
  public var pollLimit: Int
  /// How long a container must keep running to count as healed: one that dies at once does not.
  public var settleTime: Duration
  /// How often a heal is tried, a second apart, before it is reported as failed.
  public var healAttemptLimit: Int
  /// How many more times it is tried while no engine answers: one that is restarted stops every container first.
  public var awayAttemptLimit: Int

  public init(
    runtime: any ContainerRuntime, network: (any NetworkNamespaces)? = nil, inside: (any ContainerInside)? = nil,
    scaling: (any TierScaling)? = nil,
    clock: any Clock<Duration> = ContinuousClock(),
    pollInterval: Duration = .milliseconds(100), pollLimit: Int = 300, settleTime: Duration = .milliseconds(500),
    healAttemptLimit: Int = 10, awayAttemptLimit: Int = 90
  ) {
    self.runtime = runtime
    self.network = network
    self.inside = inside
    self.scaling = scaling
    self.clock = clock
    self.pollInterval = pollInterval
    self.pollLimit = pollLimit
    self.settleTime = settleTime
    self.healAttemptLimit = healAttemptLimit
    self.awayAttemptLimit = awayAttemptLimit
  }

  /// Polls a container's state until `accept` returns true.
  ///
  /// - Throws: `FaultError` with `code` and the last state seen when the patience is over; what `accept` and the
  ///   runtime throw.
  @discardableResult
  public func waitForState(
    of container: String, orThrow code: FaultError.Code, _ expectation: String,
    accept: @Sendable (ContainerState) throws -> Bool
  ) async throws -> ContainerState {
    var last: ContainerState?
    for look in 0..<max(1, pollLimit) {
      if look > 0 { try await clock.sleep(for: pollInterval) }
      let state = try await runtime.state(of: container)
      if try accept(state) { return state }
      last = state
    }
    let seen = last?.status.rawValue ?? "not seen"
    throw FaultError(code: code, message: "container \(container) should be \(expectation), but is \(seen)")
  }
}
