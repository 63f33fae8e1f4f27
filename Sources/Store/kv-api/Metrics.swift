import ArgumentParser
import ServiceMetrics
import StoreBackends

/// The metrics of this very API, where a request through NGINX would reach any of them.
struct Metrics: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the metrics of the API on this machine (Prometheus text), for `docker exec`.")

  mutating func run() throws {
    let token = systemEnvironment()["KV_API_TOKEN"].flatMap { $0.isEmpty ? nil : $0 }
    guard LocalHTTP.printMetrics(of: "API", port: localPort(), token: token) else { throw ExitCode(69) }
  }
}
