import Faults
import Foundation
import HTTPClient

/// Containers beside the stack's own, in the network namespace of one of them.
extension DockerEngine: NetworkNamespaces {
  /// The image that they are made of (`compose/images/netfault`).
  public static let netfaultImage = "kvchaos/netfault:local"
  /// The label that tells them from the stack's own; its value says what it is: `netfault`, `client`.
  static let sideLabel = "io.kvchaos.side"
  private static let removalAttempts = 3

  public func network(of container: String) async throws -> ContainerNetwork {
    let detail = try await running(container)
    guard let network = detail.networks.values.first(where: { !$0.address.isEmpty }) else {
      throw DockerEngineError(code: .refused, message: "container \(container) has no address in any network")
    }
    return network
  }

  public func run(
    _ command: [String], inNetworkOf container: String?, timeout: Duration
  ) async throws -> ProgramResult {
    let name = "\(project)-netfault-\(String(UInt64.random(in: 0...UInt64.max), radix: 16))"
    let mode = try await networkMode(container)
    // Not abandoned when the task is cancelled: the engine would continue, and the container would be unknown.
    let id = try await Task { try await create(name, command, networkMode: mode) }.value
    let result: Result<ProgramResult, any Error>
    do {
      try await startSide(id)
      result = .success(try await wait(id, command, timeout))
    } catch {
      result = .failure(error)
    }
    // Nothing is left behind in any case, even after a cancellation.
    let left = await Task { await removal(of: id) }.value
    let value = try result.get()
    if let left { throw left }
    return value
  }

  public func startHelper(_ name: String, _ command: [String], inNetworkOf container: String) async throws {
    let mode = try await networkMode(container)
    try await startSide(try await create(name, command, networkMode: mode))
  }

  public func helper(_ name: String) async throws -> HelperState? {
    do throws(DockerEngineError) {
      let detail = try await inspectSide(name)
      return HelperState(
        isRunning: detail.state.status == .running, output: try await sideOutput(detail.id))
    } catch {
      if error.isMissingContainer { return nil }
      throw error
    }
  }

  public func removeHelper(_ name: String) async throws {
    do throws(DockerEngineError) {
      let id = try await inspectSide(name).id
      if let error = await removal(of: id) { throw error }
    } catch {
      guard error.isMissingContainer else { throw error }
    }
  }

  public func helpers() async throws -> [String] {
    let filters = #"{"label":["\#(Self.projectLabel)=\#(project)","\#(Self.sideLabel)"]}"#
    let found = try await connection.get(
      [Answers.Summary].self, "/containers/json", query: [("all", "1"), ("filters", filters)])
    return found.map { Self.bare($0.names.first ?? $0.id) }.sorted()
  }

  // MARK: Parts

  /// A container of the stack itself that runs (a paused one has its network, too).
  private func running(_ container: String) async throws(DockerEngineError) -> ContainerDetail {
    let detail = try await inspect(container)
    guard [.running, .paused].contains(detail.state.status) else {
      throw DockerEngineError(
        code: .refused, message: "container \(container) is \(detail.state.status.rawValue), so it has no network")
    }
    return detail
  }

  private func networkMode(_ container: String?) async throws(DockerEngineError) -> String {
    guard let container else { return "none" }
    return "container:\(try await running(container).id)"
  }

  /// One of the containers beside the stack's, and no other.
  func inspectSide(_ name: String) async throws(DockerEngineError) -> ContainerDetail {
    let detail = try await inspect(name)
    guard detail.labels[Self.sideLabel] != nil else {
      throw DockerEngineError(
        code: .foreignContainer, message: "container \(name) is one of the stack's own, not a helper beside it")
    }
    return detail
  }

  private func create(
    _ name: String, _ command: [String], networkMode: String
  ) async throws(DockerEngineError) -> String {
    let host = SideContainer.HostConfiguration(
      networkMode: networkMode, capabilitiesAdded: ["NET_ADMIN"], processLimit: 32, memoryBytes: 128 << 20)
    return try await create(
      name,
      SideContainer(kind: "netfault", image: Self.netfaultImage, command: command, project: project, host: host))
  }

  /// Creates a container beside the stack's own; its id.
  func create(_ name: String, _ body: SideContainer) async throws(DockerEngineError) -> String {
    let json: Data
    do {
      json = try JSONEncoder().encode(body)
    } catch {
      throw DockerEngineError(code: .malformedAnswer, message: "the command cannot be encoded: \(error)")
    }
    let response = try await connection.send(
      "POST", "/containers/create", query: [("name", name)], json: Array(json))
    if response.status == 404, response.text.contains("image") {
      throw DockerEngineError(
        code: .refused, message: "the image \(body.image) is not on this machine; run scripts/bootstrap --images")
    }
    try EngineConnection.expect(response, [201], "POST /containers/create")
    return try EngineConnection.decode(Answers.Created.self, response, "/containers/create").id
  }

  func startSide(_ id: String) async throws(DockerEngineError) {
    let path = "/containers/\(id)/start"
    try EngineConnection.expect(try await connection.send("POST", path), [204, 304], "POST \(path)")
  }

  private func wait(
    _ id: String, _ command: [String], _ timeout: Duration
  ) async throws(DockerEngineError) -> ProgramResult {
    let path = "/containers/\(id)/wait"
    let response = try await connection.send("POST", path, timeout: timeout)
    try EngineConnection.expect(response, [200], "POST \(path)")
    let exit = try EngineConnection.decode(Answers.Exit.self, response, path)
    return ProgramResult(exitCode: exit.statusCode, output: try await sideOutput(id))
  }

  private func sideOutput(_ id: String) async throws(DockerEngineError) -> String {
    try await logs(id)
  }

  /// Ends and removes a container beside the stack's, with retries if the engine fails.
  ///
  /// - Returns: why it could not.
  func removal(of id: String) async -> DockerEngineError? {
    var last: DockerEngineError?
    for _ in 0..<Self.removalAttempts {
      do throws(DockerEngineError) {
        let response = try await connection.send(
          "DELETE", "/containers/\(id)", query: [("force", "1"), ("v", "1")])
        // 409: another removal of it is in progress.
        try EngineConnection.expect(response, [204, 404, 409], "DELETE /containers/\(id)")
        return nil
      } catch {
        last = error
      }
    }
    return last
  }
}
