/// What a network fault may do: run programs in the network namespace of a container of the stack, from a container
/// beside it that has `NET_ADMIN` and nothing else. Implemented by `DockerEngine`; refuses containers outside the
/// stack's project.
///
/// The programs are those of the image `kvchaos/netfault:local`: `nft`, and `kv-netfault`, which measures and delays.
public protocol NetworkNamespaces: Sendable {
  /// Where the container is in the stack's network. Throws if it does not run.
  func network(of container: String) async throws -> ContainerNetwork

  /// Runs a program to its end. `nil` instead of a container: in a network namespace of its own, with no network.
  ///
  /// - Throws: when the container does not run, or the program has not ended after `timeout` (it is ended then).
  func run(_ command: [String], inNetworkOf container: String?, timeout: Duration) async throws -> ProgramResult

  /// Starts a program that stays until `removeHelper`; it is found again by `name`.
  func startHelper(_ name: String, _ command: [String], inNetworkOf container: String) async throws

  /// What a helper is doing, and what it has written; `nil` when there is none of that name.
  func helper(_ name: String) async throws -> HelperState?

  /// Ends and removes a helper; no error when there is none.
  func removeHelper(_ name: String) async throws

  /// Every container beside the stack's own, whether it runs or not: helpers, and what a killed kvchaos left of
  /// programs.
  func helpers() async throws -> [String]
}

/// A container's place in the stack's network.
public struct ContainerNetwork: Sendable, Hashable {
  public var address: String
  /// Of the network, e.g. 24.
  public var prefixLength: Int
  /// The host's address in that network: what reaches the container through a published port comes from here.
  public var gateway: String

  public init(address: String, prefixLength: Int, gateway: String) {
    self.address = address
    self.prefixLength = prefixLength
    self.gateway = gateway
  }
}

/// What a program did.
public struct ProgramResult: Sendable, Hashable {
  public var exitCode: Int
  /// Standard output and error, in the order in which they were written.
  public var output: String

  public init(exitCode: Int, output: String) {
    self.exitCode = exitCode
    self.output = output
  }
}

/// A helper as it is now.
public struct HelperState: Sendable, Hashable {
  public var isRunning: Bool
  /// What it has written so far.
  public var output: String

  public init(isRunning: Bool, output: String) {
    self.isRunning = isRunning
    self.output = output
  }
}
