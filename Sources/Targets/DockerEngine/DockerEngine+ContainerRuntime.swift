import Faults

extension DockerEngine: ContainerRuntime {
  public func kill(container: String, signal: String) async throws {
    try await post(container, "kill", query: [("signal", signal)])
  }

  public func start(container: String) async throws {
    // 304: it runs already.
    try await post(container, "start", accepting: [204, 304], timeout: .seconds(60))
  }

  public func stop(container: String, timeoutSeconds: Int) async throws {
    // 304: it is stopped already.
    try await post(
      container, "stop", query: [("t", String(timeoutSeconds))], accepting: [204, 304],
      timeout: .seconds(timeoutSeconds + 30))
  }

  public func pause(container: String) async throws {
    guard try await inspect(container).state.status != .paused else { return }
    try await post(container, "pause")
  }

  public func unpause(container: String) async throws {
    guard try await inspect(container).state.status == .paused else { return }
    try await post(container, "unpause")
  }

  public func state(of container: String) async throws -> ContainerState {
    try await inspect(container).state
  }

  private func post(
    _ container: String, _ action: String, query: [(String, String)] = [], accepting statuses: Set<Int> = [204],
    timeout: Duration = .seconds(30)
  ) async throws(DockerEngineError) {
    let id = try await inspect(container).id
    let response = try await connection.send("POST", "/containers/\(id)/\(action)", query: query, timeout: timeout)
    try EngineConnection.expect(response, statuses, "\(action) of \(container)")
  }
}
