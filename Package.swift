// swift-tools-version: 6.1
import PackageDescription

/// Settings that every Swift target shares. Swift 6 language mode (with strict concurrency) is the tools version's
/// default.
let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny")
]

func library(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource]? = nil) -> Target {
  .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: settings)
}

func executable(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil) -> Target {
  .testTarget(name: name, dependencies: dependencies, resources: resources, swiftSettings: settings)
}

let log: Target.Dependency = .product(name: "Logging", package: "swift-log")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let nio: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")

let package = Package(
  name: "kvchaos",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "History", targets: ["History"]),
    .library(name: "Consistency", targets: ["Consistency"]),
    .executable(name: "kvchaos", targets: ["kvchaos"]),
    .executable(name: "kv-api", targets: ["kv-api"]),
    .executable(name: "kv-worker", targets: ["kv-worker"]),
    .executable(name: "kv-netfault", targets: ["kv-netfault"]),
    .executable(name: "kv-client", targets: ["kv-client"]),
  ],
  traits: [
    .trait(
      name: "PlantedBugs",
      description:
        "Services with a bug of choice (KV_PLANTED_BUG), to see whether the suite catches it: never in a release.")
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0"),
  ],
  targets: [
    // System libraries: a module map and a shim.h each.
    .systemLibrary(name: "CHiredis", pkgConfig: "hiredis", providers: [.apt(["libhiredis-dev"])]),
    .systemLibrary(name: "CRabbitMQ", pkgConfig: "librabbitmq", providers: [.apt(["librabbitmq-dev"])]),
    .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),

    // The nearest word to a misspelt one, for both sides.
    library("Spelling"),
    // Text made safe for HTML, JSON, Markdown and terminals.
    library("Escaping"),

    // The store: what is tested.
    library("ThreadExecutor"),
    library("ServiceMetrics", ["ThreadExecutor"]),
    library("KeyValueStore"),
    library(
      "RedisClient", ["CHiredis", nio, nioPosix, .product(name: "DequeModule", package: "swift-collections")]),
    library("AMQPClient", ["CRabbitMQ", "ThreadExecutor"]),
    library("SQLClient", ["CPostgres", "ThreadExecutor"]),
    library(
      "StoreBackends",
      [
        "KeyValueStore", "RedisClient", "AMQPClient", "SQLClient", "ServiceMetrics", log, nio,
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]),
    library(
      "StoreHTTP",
      [
        "KeyValueStore", "ServiceMetrics", "Spelling", "StoreBackends", log,
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      resources: [.embedInCode("openapi.json")]),
    executable(
      "kv-api",
      [
        "KeyValueStore", "RedisClient", "SQLClient", "ServiceMetrics", "StoreBackends", "StoreHTTP", arguments, log,
        nioPosix,
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]),
    executable(
      "kv-worker",
      [
        "ServiceMetrics", "StoreBackends", arguments, log, nio, nioPosix,
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]),

    // The suite: what tests it. It never imports KeyValueStore, so a checker cannot inherit the server's bugs.
    // Files that take whole records or nothing.
    library("RecordFile"),
    library("History", ["CZlib", "CZstd", "Escaping", "RecordFile"]),
    library("Consistency", ["Escaping", "History"]),
    library("ChaosPlan", ["Escaping", "Spelling", .product(name: "Yams", package: "Yams")]),
    library("HTTPClient", ["CCurl"]),
    library("Faults", ["RecordFile"]),
    // What runs in the side container of a network fault.
    library("PacketFaults"),
    executable("kv-netfault", ["PacketFaults", arguments]),
    library("DockerEngine", ["Faults", "HTTPClient"]),
    library("Stack", ["ChaosPlan", "Faults", "DockerEngine", "HTTPClient", subprocess]),
    library("Workload", ["ChaosPlan", "History", "HTTPClient"]),
    library(
      "LoadTest",
      [
        "CCurl", "ChaosPlan", "Escaping", "HTTPClient", "Stack", "ThreadExecutor", "Workload",
        .product(name: "Histogram", package: "hdrhistogram-swift"),
      ]),
    library(
      "Report",
      ["ChaosPlan", "Escaping", "History", "Consistency", .product(name: "Histogram", package: "hdrhistogram-swift")]),
    library(
      "Orchestrator",
      ["ChaosPlan", "Faults", "Stack", "Workload", "History", "Consistency", "Report"]),
    library("Detection", ["ChaosPlan", "Consistency", "Orchestrator", "Report", "Stack", "Workload"]),
    library("CapLedger", ["Consistency", "Escaping", "History", "Report"]),
    // What runs in the client containers of the CAP ledger.
    library(
      "TierWorkload",
      ["AMQPClient", "ChaosPlan", "HTTPClient", "History", "RedisClient", "SQLClient", "Workload", nio]),
    executable("kv-client", ["ChaosPlan", "TierWorkload", arguments, nioPosix]),
    library(
      "CapRuns",
      [
        "CapLedger", "ChaosPlan", "DockerEngine", "Faults", "HTTPClient", "History", "Orchestrator", "Stack",
        "Workload",
      ]),
    executable(
      "kvchaos",
      [
        "CapLedger", "CapRuns", "ChaosPlan", "Detection", "Escaping", "Faults", "DockerEngine", "Stack", "HTTPClient",
        "History", "Consistency", "LoadTest", "Orchestrator", "Report", arguments,
      ]),
    executable("kvchaos-bench", ["Consistency", "History"]),

    // Servers that do what a test wants.
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings),
    // The contract as a machine, and a search over all that it allows. It shares nothing with the checker but the
    // events.
    .target(name: "ContractOracle", dependencies: ["History"], path: "Tests/ContractOracle", swiftSettings: settings),
    // Holds the checker against it.
    .executableTarget(
      name: "kvchaos-oracle", dependencies: ["Consistency", "ContractOracle", "History"], path: "Tests/kvchaos-oracle",
      swiftSettings: settings),

    // One a library, one for the program as others run it, and the scenarios, which need Docker.
    tests("kvchaosTests", ["kvchaos", "CapLedger", "Faults", "History", "Report", "TestSupport"]),
    tests("ServiceMetricsTests", ["ServiceMetrics"]),
    tests("KeyValueStoreTests", ["KeyValueStore"]),
    tests("RedisClientTests", ["RedisClient", nio, nioPosix]),
    tests("AMQPClientTests", ["AMQPClient"]),
    tests("SQLClientTests", ["SQLClient"]),
    tests(
      "StoreBackendsTests",
      [
        "StoreBackends", "AMQPClient", "KeyValueStore", "RedisClient", "SQLClient", "ServiceMetrics", "TestSupport",
        log, nioPosix,
      ]),
    tests(
      "StoreHTTPTests",
      [
        "StoreHTTP", "KeyValueStore", "ServiceMetrics", "StoreBackends", log,
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]),
    tests("EscapingTests", ["Escaping"]),
    // What holds parts of the repository together that no import does.
    tests("RepositoryTests", []),
    tests("HistoryTests", ["History", "RecordFile", "TestSupport"], resources: [.copy("Fixtures")]),
    tests("ConsistencyTests", ["kvchaos-bench", "Consistency", "History"], resources: [.copy("Fixtures")]),
    tests(
      "ContractOracleTests", ["kvchaos-oracle", "Consistency", "ContractOracle", "History"],
      resources: [.copy("Fixtures")]),
    tests("ChaosPlanTests", ["ChaosPlan", "Spelling"], resources: [.copy("Fixtures")]),
    tests("HTTPClientTests", ["HTTPClient", "TestSupport"]),
    tests("FaultsTests", ["Faults", "RecordFile", "TestSupport"]),
    tests("PacketFaultsTests", ["PacketFaults"]),
    tests("DockerEngineTests", ["DockerEngine", "Faults", "TestSupport"]),
    tests(
      "StackTests",
      ["Stack", "ChaosPlan", "Faults", "DockerEngine", "TestSupport", .product(name: "Yams", package: "Yams")]),
    tests("WorkloadTests", ["Workload", "ChaosPlan", "HTTPClient", "History", "TestSupport"]),
    tests("LoadTestTests", ["LoadTest", "Stack", "ChaosPlan", "TestSupport"], resources: [.copy("Golden")]),
    tests("ReportTests", ["Report", "ChaosPlan", "Consistency", "History"], resources: [.copy("Golden")]),
    tests(
      "OrchestratorTests",
      ["Orchestrator", "ChaosPlan", "Consistency", "Faults", "History", "Report", "Stack", "Workload"]),
    tests(
      "DetectionTests", ["Detection", "ChaosPlan", "Consistency", "Report"], resources: [.copy("Golden")]),
    tests("CapLedgerTests", ["CapLedger", "Consistency", "History", "Report"], resources: [.copy("Golden")]),
    tests(
      "TierWorkloadTests",
      ["TierWorkload", "AMQPClient", "ChaosPlan", "History", "RedisClient", "SQLClient", "Workload"]),
    tests(
      "CapRunsTests", ["CapRuns", "CapLedger", "ChaosPlan", "DockerEngine", "Faults", "History", "Stack"]),
    tests(
      "ScenarioTests",
      [
        "Orchestrator", "Stack", "DockerEngine", "Faults", "HTTPClient", "ChaosPlan", "Consistency", "History",
        "Report", "Workload",
        // Run as a process, to be signalled and killed.
        "kvchaos",
      ]),
  ]
)
