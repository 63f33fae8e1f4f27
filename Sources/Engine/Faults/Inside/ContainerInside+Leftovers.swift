/// Faults in effect in a running container that are in no ledger: a run searches for them at its end, and sweeps them.
extension ContainerInside {
  /// Of `clock`, `disk` (an order to the servers) and `file-limit` (processes with less descriptors than they might
  /// have) those that are in force.
  ///
  /// - Throws: when the container cannot be looked into, which is not the same as nothing.
  public func leftovers(in container: String) async throws -> [String] {
    let result = try await run(
      ["bash", "-c", PreloadedOrder.remains + FileLimitFault.remains], in: container, timeout: .seconds(20))
    guard result.exitCode == 0 else {
      throw FaultError(
        code: .notHealed, message: "the faults in effect in \(container) cannot be read: \(result.lastWords)")
    }
    return result.output.split(whereSeparator: \.isNewline).map(String.init).filter { !$0.isEmpty }
  }

  /// Takes back one of `leftovers`.
  ///
  /// - Throws: when it cannot, with what the container's shell said.
  public func removeLeftover(_ word: String, in container: String) async throws {
    let script: String
    switch word {
    case "clock": script = PreloadedOrder.script(.clock(offsetNanoseconds: 0, rate: 0))
    case "disk": script = PreloadedOrder.script(.disk(.sound))
    case "file-limit": script = FileLimitFault.release
    default: throw FaultError(code: .notHealed, message: "unknown residue `\(word)` in \(container)")
    }
    let result = try await run(["bash", "-c", script], in: container, timeout: .seconds(20))
    guard result.exitCode == 0 else {
      throw FaultError(code: .notHealed, message: "\(word) stays in \(container): \(result.lastWords)")
    }
  }
}
