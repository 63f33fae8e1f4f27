import ArgumentParser

/// For Docker's health check.
struct HealthCheck: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "healthcheck", abstract: "Exit 0 if the worker on this machine runs and is connected, else 1.")

  mutating func run() throws {
    guard Pulse.isFresh(withinSeconds: 5) else { throw ExitCode(1) }
  }
}
