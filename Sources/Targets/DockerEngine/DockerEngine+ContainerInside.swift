import Faults

extension DockerEngine: ContainerInside {
  public func run(_ command: [String], in container: String, timeout: Duration) async throws -> CommandResult {
    let result = try await exec(container, command, timeout: timeout)
    return CommandResult(exitCode: result.exitCode, output: result.output, error: result.error)
  }

  public func passesHealthCheck(_ container: String) async throws -> Bool {
    try await passesOwnCheck(container, timeout: .seconds(5))
  }

  /// Whether a container passes its own health check now; one that has none passes.
  public func passesOwnCheck(_ container: String, timeout: Duration) async throws(DockerEngineError) -> Bool {
    let detail = try await inspect(container)
    guard let command = detail.healthCommand else { return true }
    return try await exec(detail.id, command, timeout: timeout).exitCode == 0
  }

  public func limits(of container: String) async throws -> ContainerLimits {
    let id = try await inspect(container).id
    let found = try await connection.get(Answers.Limits.self, "/containers/\(id)/json").hostConfig
    let machine = try await machine()
    let (cores, memory) = (Double(found.nanoCpus ?? 0) / 1e9, Int(found.memory ?? 0))
    // A limit of all that the machine has is none.
    return ContainerLimits(
      cores: cores >= Double(machine.ncpu) ? 0 : cores, memoryBytes: memory >= machine.memTotal ? 0 : memory)
  }

  public func setLimits(_ limits: ContainerLimits, of container: String) async throws {
    let id = try await inspect(container).id
    let path = "/containers/\(id)/update"
    // The engine treats a limit of 0 as "unchanged": the closest to no limit is all that the machine has.
    let machine = try await machine()
    let memory = limits.memoryBytes == 0 ? machine.memTotal : limits.memoryBytes
    let cores = limits.cores == 0 ? Double(machine.ncpu) : limits.cores
    // Swap included, so no swap. The engine cannot raise memory above an old bound of both if the new bound is "none".
    let body = """
      {"NanoCpus":\(Int64((cores * 1e9).rounded())),"Memory":\(memory),"MemorySwap":\(memory)}
      """
    try EngineConnection.expect(
      try await connection.send("POST", path, json: Array(body.utf8)), [200], "the new limits of \(container)")
  }

  public func memoryBytes(of container: String) async throws -> Int {
    let id = try await inspect(container).id
    let memory = try await connection.get(
      Answers.MemoryStatistics.self, "/containers/\(id)/stats", query: [("stream", "0"), ("one-shot", "1")]
    ).memory
    // Both kinds of cgroup count pages of files, which the kernel drops before it kills a process.
    let files = memory.stats?["total_inactive_file"] ?? memory.stats?["inactive_file"] ?? 0
    return max(0, (memory.usage ?? 0) - files)
  }

  private func machine() async throws(DockerEngineError) -> Answers.MachineInformation {
    try await connection.get(Answers.MachineInformation.self, "/info")
  }
}
