import DockerEngine

/// Questions to the engine. Its errors become those of the stack.
extension Stack {
  func details() async throws(StackError) -> [ContainerDetail] {
    try await translated { () async throws(DockerEngineError) in try await engine.details() }
  }

  func summaries() async throws(StackError) -> [ContainerSummary] {
    try await translated { () async throws(DockerEngineError) in try await engine.containers() }
  }

  func networks() async throws(StackError) -> [NetworkSummary] {
    try await translated { () async throws(DockerEngineError) in try await engine.networks() }
  }

  func volumes() async throws(StackError) -> [VolumeSummary] {
    try await translated { () async throws(DockerEngineError) in try await engine.volumes() }
  }

  /// The ports of this machine that containers of any project publish.
  func publishedPorts() async throws(StackError) -> Set<Int> {
    try await translated { () async throws(DockerEngineError) in try await engine.publishedPorts() }
  }

  func hasImage(_ image: String) async throws(StackError) -> Bool {
    try await translated { () async throws(DockerEngineError) in try await engine.hasImage(image) }
  }

  func engineID() async throws(StackError) -> String {
    try await translated { () async throws(DockerEngineError) in try await engine.id() }
  }

  func engineVersion() async throws(StackError) -> String {
    try await translated { () async throws(DockerEngineError) in try await engine.version() }
  }

  /// The last `tail` lines (`nil`: all) of a container's log, with times.
  public func logs(_ node: StackNode, tail: Int? = nil) async throws(StackError) -> String {
    try await translated { () async throws(DockerEngineError) in
      try await engine.logs(node.container, tail: tail, timestamps: true)
    }
  }

  private func translated<Value>(
    _ ask: () async throws(DockerEngineError) -> Value
  ) async throws(StackError) -> Value {
    do throws(DockerEngineError) {
      return try await ask()
    } catch {
      throw StackError(error)
    }
  }
}

extension StackError {
  init(_ error: DockerEngineError) {
    switch error.code {
    case .unavailable, .unusable, .tooOld, .timedOut: self.init(code: .unavailable, message: error.message)
    case .notFound, .foreignContainer, .refused, .malformedAnswer:
      self.init(code: .internalFault, message: error.message)
    }
  }
}
