import ArgumentParser
import ServiceMetrics

/// The metrics of this very API, where a request through NGINX would reach any of them.
struct Metrics: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the metrics of the API on this machine (Prometheus text), for `docker exec`.")

  mutating func run() throws {
    guard LocalHTTP.printMetrics(of: "API", port: localPort()) else { throw ExitCode(69) }
  }
}
