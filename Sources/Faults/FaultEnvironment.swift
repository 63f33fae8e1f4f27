/// What faults act through and how patient they are.
public struct FaultEnvironment: Sendable {
  public var runtime: any ContainerRuntime
  /// What network faults act through; `nil`: there are none.
  public var network: (any NetworkNamespaces)?
  /// What faults inside a container act through; `nil`: there are none.
  public var inside: (any ContainerInside)?
  /// What changes the size of a tier; `nil`: nothing does.
  public var scaling: (any TierScaling)?
  /// Time passes on this clock only, so that tests need not wait.
  public var clock: any Clock<Duration>
  /// Between two looks at an effect.
  public var pollInterval: Duration
  /// How many looks before an effect counts as missing.
  public var pollLimit: Int
  /// How long a healed container must go on running to count as healed: one that dies at once is not.
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

  /// Looks at a container's state until `accept` is content.
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
