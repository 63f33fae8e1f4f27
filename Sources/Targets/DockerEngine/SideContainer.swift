/// The body of `POST /containers/create` for a container beside the stack's own: nothing to write to, little memory,
/// and no right but those that are named.
struct SideContainer: Encodable {
  struct HostConfiguration: Encodable {
    var networkMode: String
    var capabilitiesDropped = ["ALL"]
    var capabilitiesAdded: [String]
    var securityOptions = ["no-new-privileges:true"]
    var hasReadonlyRoot = true
    var processLimit: Int
    var memoryBytes: Int
    var logging = Logging()

    enum CodingKeys: String, CodingKey {
      case networkMode = "NetworkMode"
      case capabilitiesDropped = "CapDrop"
      case capabilitiesAdded = "CapAdd"
      case securityOptions = "SecurityOpt"
      case hasReadonlyRoot = "ReadonlyRootfs"
      case processLimit = "PidsLimit"
      case memoryBytes = "Memory"
      case logging = "LogConfig"
    }
  }

  /// Its output is the result, so none of it may be lost, regardless of the engine's defaults: neither by rotation nor
  /// by dropping lines that arrive faster than the engine writes.
  struct Logging: Encodable {
    var driver = "json-file"
    // The engine has no word for "no limit" in place of its default.
    var options = ["max-size": "1024g", "max-file": "1", "compress": "false", "mode": "blocking"]

    enum CodingKeys: String, CodingKey {
      case driver = "Type"
      case options = "Config"
    }
  }

  var image: String
  var command: [String]
  var environment: [String] = []
  var labels: [String: String]
  var hostConfiguration: HostConfiguration

  enum CodingKeys: String, CodingKey {
    case image = "Image"
    case command = "Cmd"
    case environment = "Env"
    case labels = "Labels"
    case hostConfiguration = "HostConfig"
  }

  /// - Parameter kind: what it is, for the label that tells it from the stack's own.
  init(
    kind: String, image: String, command: [String], environment: [String] = [], project: String,
    host: HostConfiguration
  ) {
    self.image = image
    self.command = command
    self.environment = environment
    labels = [
      DockerEngine.projectLabel: project, DockerEngine.sideLabel: kind,
      // As Compose labels its own, so that `down` takes along what a killed run left.
      "com.docker.compose.service": kind, "com.docker.compose.oneoff": "False",
      "com.docker.compose.container-number": "1", "com.docker.compose.config-hash": "none",
    ]
    hostConfiguration = host
  }
}
