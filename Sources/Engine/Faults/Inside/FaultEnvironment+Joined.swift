/// Whether a restarted node is a full member of its cluster again.
extension FaultEnvironment {
  /// The images of the clusters have a command that checks this and reports what is missing.
  private static let joinedCommand = ["bash", "-c", "command -v node-joined >/dev/null || exit 127; node-joined"]
  private static let noSuchCommand = 127
  private static let answerLimit = Duration.seconds(15)

  /// Waits until the target is a member of its cluster again; where the image cannot say, until it passes the
  /// container's own health check. The engine runs those too seldom to wait for (see the compose files), so they are
  /// run here.
  ///
  /// - Parameter looks: the number of checks, a second apart. - Throws: `FaultError` with `code` and the remaining
  ///   problem after the last check, or if the container exited.
  func waitUntilJoined(_ undo: Undo, looks: Int, orThrow code: FaultError.Code) async throws {
    let inside = try inside(for: undo.kind)
    var missing = ""
    for look in 0..<max(1, looks) {
      if look > 0 { try await clock.sleep(for: .seconds(1)) }
      do {
        let result = try await inside.run(
          Self.joinedCommand, in: undo.target.container, timeout: Self.answerLimit)
        if result.exitCode == 0 { return }
        missing = result.lastWords
        if result.exitCode == Self.noSuchCommand {
          if try await inside.passesHealthCheck(undo.target.container) { return }
          missing = "its health check fails"
        }
      } catch {
        // It may be starting, or frozen by another fault.
        missing = "\(error)"
        if try await runtime.state(of: undo.target.container).status == .exited { break }
      }
    }
    throw FaultError(code: code, message: "\(undo.target.node) has not rejoined its cluster: \(missing)")
  }
}
