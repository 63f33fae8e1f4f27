import ChaosPlan
import DockerEngine
import HTTPClient
import Technologies

/// The stack under test: starts it, observes it, removes it.
public struct Stack: Sendable {
  public let configuration: StackConfiguration
  /// The engine, restricted to this stack's project, for faults.
  public let engine: DockerEngine
  let http: HTTPClient

  public init(_ configuration: StackConfiguration) {
    self.init(
      configuration,
      engine: DockerEngine(project: configuration.project, socketPath: configuration.engine.socketPath))
  }

  init(_ configuration: StackConfiguration, engine: DockerEngine) {
    self.configuration = configuration
    self.engine = engine
    http = HTTPClient(HTTPClientConfiguration(maxConnectionsPerHost: 8))
  }

  /// Brings the stack up and ends when the whole store answers a committed write and a linearizable read, and every API
  /// says that it is ready. A stack that is up already stays as it is, and must pass the same checks.
  ///
  /// - Returns: the flavour that was taken.
  /// - Throws: `unavailable`, in one sentence, when Docker or Compose is not there, a port is in use, an image is
  ///   missing, a container dies, another process changes the stack, or the limit is reached.
  @discardableResult
  public func up(progress: @escaping @Sendable (StackProgress) -> Void) async throws(StackError) -> SQLFlavour {
    let lock = try await claim()
    defer { withExtendedLifetime(lock) {} }
    return try await StackStart(stack: self, progress: progress).run()
  }

  /// The flavour of the existing stack, otherwise the one that `up` would choose. Changes nothing, except that it may
  /// pull an image.
  ///
  /// - Parameter wanted: the user's choice, which overrides the configuration; `auto`: none.
  /// - Throws: `unavailable` when the engine does not answer, or the flavour cannot be had.
  public func flavourToBe(
    wanted: SQLFlavourChoice = .auto, progress: @escaping @Sendable (StackProgress) -> Void = { _ in }
  ) async throws(StackError) -> SQLFlavour {
    let existing = try await summaries()
    let wanted = wanted == .auto ? configuration.flavour : wanted
    if let known = FlavourChoice.flavour(of: existing) ?? wanted.flavour { return known }
    return try await FlavourChoice(stack: self).decide(existing: existing, progress: progress)
  }

  /// The flavour of the existing stack, otherwise the requested one; `nil` if there is neither, or no engine answers.
  public func flavourIfKnown() async -> SQLFlavour? {
    let existing = (try? await engine.containers()) ?? []
    return FlavourChoice.flavour(of: existing) ?? configuration.flavour.flavour
  }

  /// Removes the stack's containers, networks and volumes. Images stay. It is no error if there is nothing to remove.
  ///
  /// - Parameter foreign: whether a stack that another checkout brought up may be removed.
  public func down(foreign: Bool = false) async throws(StackError) {
    let lock = try await claim(foreign: foreign)
    defer { withExtendedLifetime(lock) {} }
    try await Compose(configuration: configuration).down()
  }

  /// Every container with its current role. Queries all tiers at once, each for a few seconds at most; nodes that do
  /// not answer are `unknown`.
  ///
  /// - Parameters:
  ///   - table: a table of the database `kv`. On CockroachDB every table has leaseholders of its own, and the one of this table
  ///     leads; `nil`: that of the store's entries. Patroni has one leader for all.
  ///   - asksStarting: whether the health check of a container that has just started is run now. The engine itself runs
  ///     it only after half a minute.
  /// - Throws: `unavailable` when the engine does not answer.
  public func status(
    leaderOf table: String? = nil, asksStarting: Bool = false
  ) async throws(StackError) -> StackStatus {
    try await StatusReader(stack: self, subject: table).read(asksStarting: asksStarting)
  }

  /// The settings that a promise of a tier rests on, as its running nodes report them; those that none reports are left
  /// out.
  ///
  /// - Throws: `unavailable` when the engine does not answer.
  package func settings(of tier: Tier, on flavour: SQLFlavour) async throws(StackError) -> [TierSetting] {
    guard let technology = configuration.target[tier]?.technology(on: flavour) else { return [] }
    let members = try await details().compactMap { Member(container: $0, target: configuration.target) }
    return await technology.settings(of: tier, asking: StackPort(stack: self, members: members))
  }
}
