/// Faults in effect in a running container that are in no ledger: a run searches for them at its end, and sweeps them.
extension ContainerInside {
  /// The words of the traces that the container has.
  ///
  /// - Throws: when the container cannot be looked into, which is not the same as nothing.
  public func leftovers(in container: String) async throws -> [String] {
    let result = try await run(
      ["bash", "-c", FaultCatalogue.leftovers.map(\.search).joined()], in: container, timeout: .seconds(20))
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
    guard let leftover = FaultCatalogue.leftovers.first(where: { $0.word == word }) else {
      throw FaultError(code: .notHealed, message: "unknown residue `\(word)` in \(container)")
    }
    let result = try await run(["bash", "-c", leftover.removal], in: container, timeout: .seconds(20))
    guard result.exitCode == 0 else {
      throw FaultError(code: .notHealed, message: "\(word) stays in \(container): \(result.lastWords)")
    }
  }
}
