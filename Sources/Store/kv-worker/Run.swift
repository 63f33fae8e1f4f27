import ArgumentParser
import Glibc
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import ServiceMetrics
import StoreBackends

/// Works until SIGTERM, then ends the batches under way.
struct Run: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Apply commands until SIGTERM (the default).")

  mutating func run() async throws {
    let configuration = try configured()
    let logger = Logger(label: "kv-worker")
    logger.info(
      "working",
      metadata: ["partitions": "\(configuration.partitions)", "flavour": .string(configuration.flavour.rawValue)])
    let registry = MetricsRegistry(labels: [("instance", configuration.instance)])
    registry.addProcessMetrics()
    let server = MetricsServer(port: UInt16(configuration.metricsPort), registry: registry)
    if server == nil {
      // Work that is not counted is better than none.
      logger.error("no metrics: the port is not available", metadata: ["port": "\(configuration.metricsPort)"])
    }
    defer { withExtendedLifetime(server) {} }
    var quiet = Logger(label: "services")
    quiet.logLevel = .warning
    let eventLoops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let service = WorkerService(
      configuration: configuration, logger: logger, registry: registry, loop: eventLoops.any())
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: [
          .init(service: service),
          .init(
            service: PartitionCount(configuration: configuration, logger: logger),
            successTerminationBehavior: .ignore, failureTerminationBehavior: .gracefullyShutdownGroup),
        ], gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet))
    // One loop: what a worker does between two batches is little, and a hand-over between threads costs more than it.
    try await withTaskExecutorPreference(EventLoopExecutor(eventLoops.any())) { try await group.run() }
    logger.info("ended")
  }
}

/// The worker as a service with a pulse for the health check.
private struct WorkerService: Service {
  let configuration: Configuration
  let logger: Logger
  let registry: MetricsRegistry
  let loop: any EventLoop

  func run() async throws {
    let worker = Worker(configuration: configuration, logger: logger, registry: registry, loop: loop)
    registry.gauge("kv_worker_connected", "1 while the worker is connected to RabbitMQ.") { worker.isReady ? 1 : 0 }
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        await withGracefulShutdownHandler {
          await worker.run()
        } onGracefulShutdown: {
          worker.stop()
        }
      }
      group.addTask {
        while !Task.isCancelled {
          if worker.isReady { Pulse.beat() }
          try? await Task.sleep(for: .seconds(1))
        }
      }
      await group.next()
      group.cancelAll()
    }
  }
}

/// Reads the settings and sets up the log, alike for every subcommand that works.
func configured() throws -> Configuration {
  let configuration: Configuration
  do {
    configuration = try Configuration(environment: systemEnvironment(), hostname: systemHostname())
  } catch {
    throw ValidationError(error.description)
  }
  LoggingSystem.bootstrap { label in
    JSONLogHandler(label: label, instance: configuration.instance, level: configuration.logLevel)
  }
  return configuration
}
