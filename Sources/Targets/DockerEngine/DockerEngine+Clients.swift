import Foundation

/// Clients in separate containers on the stack's network, beside the stack like the helpers of network faults, so that
/// a search for residue finds them (`helpers`, `removeHelper`).
extension DockerEngine {
  /// The image that they are made of (`compose/images/client`).
  public static let clientImage = "kvchaos/client:local"

  /// Starts one; it stays until `removeHelper`, also when it has ended.
  ///
  /// - Parameters:
  ///   - name: the container's; it is found again by it.
  ///   - command: the program and its arguments.
  ///   - environment: `NAME=value`.
  public func startClient(
    _ name: String, _ command: [String], environment: [String]
  ) async throws(DockerEngineError) {
    let host = SideContainer.HostConfiguration(
      // Compose names the network as the project.
      networkMode: project, capabilitiesAdded: [], processLimit: 128, memoryBytes: 256 << 20)
    let body = SideContainer(
      kind: "client", image: Self.clientImage, command: command, environment: environment, project: project, host: host)
    try await startSide(try await create(name, body))
  }

  /// Waits for the end of one.
  ///
  /// - Returns: its exit code.
  /// - Throws: `timedOut` when it has not ended after `timeout`.
  public func waitForClient(_ name: String, timeout: Duration) async throws(DockerEngineError) -> Int {
    let id = try await inspectSide(name).id
    let path = "/containers/\(id)/wait"
    let response = try await connection.send("POST", path, timeout: timeout)
    try EngineConnection.expect(response, [200], "POST \(path)")
    return try EngineConnection.decode(Answers.Exit.self, response, path).statusCode
  }
}
