import ArgumentParser
import ServiceMetrics
import StoreBackends

/// The metrics of this very worker.
struct Metrics: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the metrics of the worker on this machine (Prometheus text), for `docker exec`.")

  mutating func run() throws {
    let port = systemEnvironment()["KV_METRICS_PORT"].flatMap { UInt16($0) } ?? 9464
    guard LocalHTTP.printMetrics(of: "worker", port: port) else { throw ExitCode(69) }
  }
}
