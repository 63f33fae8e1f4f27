import ArgumentParser
import ServiceMetrics
import StoreBackends

/// Asks the API on this machine whether it lives; for Docker's health check.
struct HealthCheck: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "healthcheck", abstract: "Exit 0 if the API on this machine answers, else 1.")

  mutating func run() throws {
    guard LocalHTTP.get("/health/live", port: localPort())?.status == 200 else { throw ExitCode(1) }
  }
}

/// The port that the API on this machine listens on.
func localPort() -> UInt16 { systemEnvironment()["KV_HTTP_PORT"].flatMap { UInt16($0) } ?? 8080 }
