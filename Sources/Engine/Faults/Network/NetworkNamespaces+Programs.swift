/// The programs that faults use.
extension NetworkNamespaces {
  /// Runs nft commands in a container's namespace, all or none.
  func nft(_ commands: String, in container: String) async throws {
    let result = try await run(["nft", commands], inNetworkOf: container, timeout: .seconds(20))
    guard result.exitCode == 0 else {
      throw FaultError(
        code: .injectionFailed, message: "nft refused in the network of \(container): \(result.lastLine)")
    }
  }

  /// The names of this suite's tables in a container's namespace.
  public func ruleTables(in container: String) async throws -> [String] {
    let result = try await run(["nft", "list", "tables"], inNetworkOf: container, timeout: .seconds(20))
    guard result.exitCode == 0 else {
      throw FaultError(
        code: .notHealed, message: "the rules in the network of \(container) cannot be listed: \(result.lastLine)")
    }
    return RuleTable.names(in: result.output)
  }

  /// Takes away one of this suite's tables, and no other.
  public func removeRuleTable(_ name: String, in container: String) async throws {
    precondition(name.hasPrefix(RuleTable.prefix), "only this suite's own tables are ever deleted")
    try await nft(RuleTable(name: name).deletion, in: container)
  }

  /// Echo requests (ping) to several addresses side by side.
  ///
  /// - Parameter timeout: how long answers are waited for after the last request.
  func echo(
    _ addresses: [String], from container: String, count: Int, interval: Duration = .milliseconds(20),
    sizeBytes: Int = 56, timeout: Duration = .milliseconds(500)
  ) async throws -> EchoReport {
    let command =
      [
        "kv-netfault", "ping", "--count", String(count), "--interval-us", String(Int(interval / .microseconds(1))),
        "--size", String(sizeBytes), "--timeout-ms", String(Int(timeout / .milliseconds(1))),
      ] + addresses
    let result = try await run(
      command, inNetworkOf: container, timeout: .seconds(30) + interval * count + timeout)
    guard result.exitCode == 0, let report = EchoReport(result.output) else {
      throw FaultError(
        code: .injectionFailed, message: "the network of \(container) cannot be measured: \(result.lastLine)")
    }
    return report
  }
}
