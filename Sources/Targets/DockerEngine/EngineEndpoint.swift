import Foundation

/// The Docker Engine to use: determined once, by the rules of the `docker` command, and passed to all code that needs
/// one. Determining it in two ways could lead to two engines, one for the faults and one for Compose.
public struct EngineEndpoint: Sendable, Hashable, CustomStringConvertible {
  public let socketPath: String
  /// What named it: `DOCKER_HOST`, `the context rootless`, `the default`.
  public let origin: String

  public init(socketPath: String = "/var/run/docker.sock", origin: String = "the default") {
    self.socketPath = socketPath
    self.origin = origin
  }

  /// As `DOCKER_HOST` has it.
  public var host: String { Self.scheme + socketPath }

  public var description: String { "\(host) (\(origin))" }

  /// For a child process: this engine and no other, whatever context is current.
  public var environment: [String: String?] {
    ["DOCKER_HOST": host, "DOCKER_CONTEXT": nil, "DOCKER_TLS": nil, "DOCKER_TLS_VERIFY": nil]
  }

  private static let scheme = "unix://"

  /// The engine of `DOCKER_HOST`, else of the context of `DOCKER_CONTEXT`, else of the current context, else the
  /// default socket.
  ///
  /// - Throws: `unusable` for one that is not reached by a Unix socket, and for a context that cannot be read.
  public static func find(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(DockerEngineError) -> EngineEndpoint {
    func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    if let host = value("DOCKER_HOST") { return try endpoint(host, origin: "DOCKER_HOST") }
    let folder = value("DOCKER_CONFIG") ?? "\(value("HOME") ?? NSHomeDirectory())/.docker"
    let wanted = value("DOCKER_CONTEXT")
    let name = wanted == nil ? try currentContext(folder) : wanted
    guard let name, name != "default" else { return EngineEndpoint() }
    return try endpoint(host(of: name, in: folder), origin: "the context \(name)")
  }

  private static func endpoint(_ host: String, origin: String) throws(DockerEngineError) -> EngineEndpoint {
    guard host.hasPrefix("\(scheme)/") else {
      throw DockerEngineError(
        code: .unusable,
        message: "\(origin) names the Docker Engine \(host), but kvchaos needs one on this machine; set DOCKER_HOST to "
          + "its Unix socket (unix:///path), or run kvchaos on the engine's machine")
    }
    return EngineEndpoint(socketPath: String(host.dropFirst(scheme.count)), origin: origin)
  }

  private struct Settings: Decodable {
    var currentContext: String?
  }

  /// `nil` where no context was chosen.
  private static func currentContext(_ folder: String) throws(DockerEngineError) -> String? {
    let path = "\(folder)/config.json"
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    guard let data = FileManager.default.contents(atPath: path),
      let settings = try? JSONDecoder().decode(Settings.self, from: data)
    else {
      throw DockerEngineError(
        code: .unusable,
        message: "\(path), which names the current Docker context, cannot be read; set DOCKER_HOST instead")
    }
    return settings.currentContext.flatMap { $0.isEmpty ? nil : $0 }
  }

  private struct Context: Decodable {
    struct Endpoint: Decodable {
      var host: String?
    }

    var name: String
    var endpoints: [String: Endpoint]?
  }

  /// Contexts are kept in folders whose names are hashes of theirs, so each is asked for its name.
  private static func host(of name: String, in folder: String) throws(DockerEngineError) -> String {
    let contexts = "\(folder)/contexts/meta"
    for entry in (try? FileManager.default.contentsOfDirectory(atPath: contexts)) ?? [] {
      guard let data = FileManager.default.contents(atPath: "\(contexts)/\(entry)/meta.json"),
        let context = try? Answers.decode(Context.self, data), context.name == name,
        let host = context.endpoints?["docker"]?.host
      else { continue }
      return host
    }
    throw DockerEngineError(
      code: .unusable,
      message: "the Docker context \(name) is not in \(contexts); choose another with `docker context use`, or set "
        + "DOCKER_HOST")
  }
}
