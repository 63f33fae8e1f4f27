import Faults

/// A container as a listing shows it.
public struct ContainerSummary: Sendable, Hashable {
  public var id: String
  /// Without the slash that the API writes before it.
  public var name: String
  public var image: String
  public var labels: [String: String]
  public var status: ContainerState.Status
  /// The host's port for each of its own that is published; nothing while it is down.
  public var publishedPorts: [Int: Int]
}

/// A container in detail.
public struct ContainerDetail: Sendable, Hashable {
  public var id: String
  public var name: String
  public var hostname: String
  public var labels: [String: String]
  public var state: ContainerState
  /// How often the engine's restart policy has restarted it.
  public var restartCount: Int
  public var wasOutOfMemory: Bool
  /// Its place in each network, by the network's name; a container that is down has none.
  public var networks: [String: ContainerNetwork]
  /// The host's port for each of its own that is published; while it is down, those that it gets at its start.
  public var publishedPorts: [Int: Int] = [:]
  /// What the last health probe printed.
  public var healthOutput: String?
  /// The container's own health check, as `exec` takes it; `nil` where it has none.
  public var healthCommand: [String]?

  /// Its addresses, those of all networks.
  public var addresses: [String] { networks.sorted { $0.key < $1.key }.map(\.value.address) }
}

/// A volume as a listing shows it.
public struct VolumeSummary: Sendable, Hashable {
  public var name: String
  public var labels: [String: String]
}

/// A network of the engine, of any project.
public struct NetworkSummary: Sendable, Hashable {
  public var name: String
  /// The Compose project that made it; `nil`: none.
  public var project: String?
  /// Its address ranges, as `172.30.87.0/24`.
  public var subnets: [String]
}

/// What a command in a container did.
public struct ExecResult: Sendable, Hashable {
  public var exitCode: Int
  public var output: String
  public var error: String
}

/// Something that happened to a container of the project.
public struct ContainerEvent: Sendable, Hashable {
  /// The engine's word: `die`, `start`, `kill`, `oom`, `pause`, `health_status: healthy`, …
  public var action: String
  public var containerID: String
  public var containerName: String
  /// Unix time.
  public var timeNanoseconds: Int64
}
