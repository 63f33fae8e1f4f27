// swift-tools-version: 6.1
import PackageDescription

/// Settings that every Swift target shares. Swift 6 language mode (with strict concurrency) is the tools version's
/// default.
let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny")
]

/// The groups of modules, from the bottom up (docs/architecture.md). A group is a folder of `Sources/` and of `Tests/`.
enum Group: String {
  case c = "C"
  case support = "Support"
  case clients = "Clients"
  case store = "Store"
  case present = "Present"
  case checker = "Checker"
  case engine = "Engine"
  case targets = "Targets"
  /// The command line, and the tests that belong to no group.
  case none = ""

  func path(_ folder: String, _ name: String) -> String {
    [folder, rawValue, name].filter { !$0.isEmpty }.joined(separator: "/")
  }
}

func library(
  _ name: String, in group: Group, _ dependencies: [Target.Dependency] = [], resources: [Resource]? = nil
) -> Target {
  .target(
    name: name, dependencies: dependencies, path: group.path("Sources", name), resources: resources,
    swiftSettings: settings)
}

func executable(_ name: String, in group: Group = .none, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies, path: group.path("Sources", name), swiftSettings: settings)
}

func system(_ name: String, pkgConfig: String, apt package: String) -> Target {
  .systemLibrary(
    name: name, path: Group.c.path("Sources", name), pkgConfig: pkgConfig, providers: [.apt([package])])
}

func tests(
  _ name: String, in group: Group = .none, _ dependencies: [Target.Dependency], resources: [Resource]? = nil
) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, path: group.path("Tests", name), resources: resources,
    swiftSettings: settings)
}

/// What tests share: no tests itself.
func testLibrary(_ name: String, in group: Group = .none, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, path: group.path("Tests", name), swiftSettings: settings)
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
    system("CHiredis", pkgConfig: "hiredis", apt: "libhiredis-dev"),
    system("CRabbitMQ", pkgConfig: "librabbitmq", apt: "librabbitmq-dev"),
    system("CPostgres", pkgConfig: "libpq", apt: "libpq-dev"),
    system("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
    system("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),
    system("CZstd", pkgConfig: "libzstd", apt: "libzstd-dev"),

    // The nearest word to a misspelt one, for both sides.
    library("Spelling", in: .support),
    // Random numbers that a seed replays.
    library("Randomness", in: .support),
    // Text made safe for HTML, JSON, Markdown and terminals.
    library("Escaping", in: .support),
    // What an error means for the exit status.
    library("Failures", in: .support),
    // Hosts with ports.
    library("Endpoints", in: .support),
    // The time of day, for what leaves the process.
    library("WallClock", in: .support),
    // Waiting until a condition holds.
    library("Polling", in: .support),

    // JSON as all files have it.
    library("PrettyJSON", in: .support),
    // One document for text, Markdown and pages; charts; numbers for people.
    library(
      "Presentation", in: .present, ["Escaping"],
      resources: [
        .embedInCode("Resources/page.css"), .embedInCode("Resources/page.html"), .embedInCode("Resources/palette.css"),
      ]),

    // The store: what is tested.
    library("ThreadExecutor", in: .support),
    library("ServiceMetrics", in: .store, ["ThreadExecutor"]),
    library("KeyValueStore", in: .store),
    library(
      "RedisClient", in: .clients,
      ["CHiredis", "Endpoints", nio, nioPosix, .product(name: "DequeModule", package: "swift-collections")]),
    library("AMQPClient", in: .clients, ["CRabbitMQ", "Endpoints", "ThreadExecutor"]),
    library("SQLClient", in: .clients, ["CPostgres", "Endpoints", "ThreadExecutor"]),
    library(
      "StoreBackends", in: .store,
      [
        "Endpoints", "Escaping", "KeyValueStore", "RedisClient", "AMQPClient", "SQLClient", "ServiceMetrics",
        "WallClock", log, nio,
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]),
    library(
      "StoreHTTP", in: .store,
      [
        "Escaping", "KeyValueStore", "ServiceMetrics", "Spelling", "WallClock", log,
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      resources: [.embedInCode("openapi.json")]),
    executable(
      "kv-api", in: .store,
      [
        "KeyValueStore", "RedisClient", "SQLClient", "ServiceMetrics", "StoreBackends", "StoreHTTP", arguments, log,
        nioPosix,
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]),
    executable(
      "kv-worker", in: .store,
      [
        "ServiceMetrics", "StoreBackends", arguments, log, nio, nioPosix,
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]),

    // The suite: what tests it. It never imports KeyValueStore, so a checker cannot inherit the server's bugs.
    // Files that take whole records or nothing.
    library("RecordFile", in: .support),
    library("History", in: .checker, ["CZlib", "CZstd", "Escaping", "RecordFile"]),
    library(
      "Consistency", in: .checker, ["Escaping", "History", "Presentation"],
      resources: [.embedInCode("Resources/timeline.css"), .embedInCode("Resources/timeline.js")]),
    library(
      "ChaosPlan", in: .engine,
      ["Escaping", "Failures", "Faults", "Spelling", .product(name: "Yams", package: "Yams")]),
    library("HTTPClient", in: .clients, ["CCurl", "Failures"]),
    library(
      "Faults", in: .engine, ["Failures", "RecordFile"], resources: [.embedInCode("Resources/move-slots.bash")]),
    // What runs in the side container of a network fault.
    library("PacketFaults", in: .targets),
    executable("kv-netfault", in: .targets, ["PacketFaults", arguments]),
    library("DockerEngine", in: .targets, ["Failures", "Faults", "HTTPClient"]),
    // What runs as a tier, a folder each.
    library("Technologies", in: .targets, ["ChaosPlan", "Endpoints", .product(name: "Yams", package: "Yams")]),
    library(
      "Stack", in: .targets,
      [
        "ChaosPlan", "DockerEngine", "Failures", "Faults", "HTTPClient", "Polling", "PrettyJSON", "Technologies",
        "Workload", subprocess,
      ],
      // The store's target, for plans that are read outside a checkout: a link to the one in chaos/.
      resources: [.embedInCode("Resources/target.yml")]),
    library("Workload", in: .targets, ["ChaosPlan", "History", "HTTPClient", "Polling", "Randomness"]),
    library(
      "LoadTest", in: .targets,
      [
        "CCurl", "ChaosPlan", "Failures", "HTTPClient", "Presentation", "PrettyJSON", "Stack", "ThreadExecutor",
        "Workload",
        .product(name: "Histogram", package: "hdrhistogram-swift"),
      ]),
    library(
      "Report", in: .engine,
      [
        "ChaosPlan", "Escaping", "Failures", "History", "Consistency", "Presentation", "PrettyJSON",
        .product(name: "Histogram", package: "hdrhistogram-swift"),
      ]),
    library(
      "Orchestrator", in: .engine,
      [
        "ChaosPlan", "Failures", "Faults", "Stack", "Workload", "History", "Consistency", "Polling", "Randomness",
        "Report",
      ]),
    library(
      "Detection", in: .engine,
      ["ChaosPlan", "Consistency", "Failures", "Orchestrator", "Presentation", "PrettyJSON", "Report"]),
    library(
      "CapLedger", in: .engine, ["Consistency", "Failures", "History", "Presentation", "PrettyJSON", "Report"],
      resources: [.embedInCode("Resources/tier.css")]),
    // What runs in the client containers of the CAP ledger.
    library(
      "TierWorkload", in: .targets,
      [
        "AMQPClient", "ChaosPlan", "Endpoints", "HTTPClient", "History", "Polling", "Randomness", "RedisClient",
        "SQLClient", "Workload", nio,
      ]),
    executable("kv-client", in: .targets, ["ChaosPlan", "Endpoints", "TierWorkload", arguments, nioPosix]),
    library(
      "CapRuns", in: .engine,
      [
        "CapLedger", "ChaosPlan", "DockerEngine", "Failures", "Faults", "History", "Orchestrator",
        "Polling", "PrettyJSON", "Randomness", "Stack",
      ]),
    executable(
      "kvchaos",
      [
        "CapLedger", "CapRuns", "ChaosPlan", "Detection", "Escaping", "Failures", "Faults", "Stack", "History",
        "Consistency", "LoadTest", "Orchestrator", "PrettyJSON", "Report", arguments,
      ]),
    executable("kvchaos-bench", in: .checker, ["Consistency", "History", "Randomness"]),

    // Servers that do what a test wants, and the bundled store's target.
    testLibrary("TestSupport", ["ChaosPlan", "Technologies"]),
    // The contract as a machine, and a search over all that it allows. It shares nothing with the checker but the
    // events.
    testLibrary("ContractOracle", in: .checker, ["History"]),
    // Holds the checker against it.
    .executableTarget(
      name: "kvchaos-oracle", dependencies: ["Consistency", "ContractOracle", "History", "Randomness"],
      path: Group.checker.path("Tests", "kvchaos-oracle"), swiftSettings: settings),

    // One a library, one for the program as others run it, and the scenarios, which need Docker.
    tests(
      "kvchaosTests",
      [
        "kvchaos", "CapLedger", "CapRuns", "ChaosPlan", "Consistency", "Detection", "DockerEngine", "Failures",
        "Faults",
        "HTTPClient", "History", "LoadTest", "Orchestrator", "Report", "Stack", "TestSupport", arguments,
      ]),
    tests("ServiceMetricsTests", in: .store, ["ServiceMetrics"]),
    tests("KeyValueStoreTests", in: .store, ["KeyValueStore", "Randomness"]),
    tests("RedisClientTests", in: .clients, ["RedisClient", "Endpoints", nio, nioPosix]),
    tests("AMQPClientTests", in: .clients, ["AMQPClient"]),
    tests("SQLClientTests", in: .clients, ["SQLClient"]),
    tests(
      "StoreBackendsTests", in: .store,
      [
        "StoreBackends", "AMQPClient", "Endpoints", "KeyValueStore", "RedisClient", "SQLClient", "ServiceMetrics",
        "TestSupport", log, nioPosix,
      ]),
    tests(
      "StoreHTTPTests", in: .store,
      [
        "StoreHTTP", "KeyValueStore", "ServiceMetrics", "WallClock", log,
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]),
    tests("EscapingTests", in: .support, ["Escaping"]),
    tests("RandomnessTests", in: .support, ["Randomness"]),
    tests("EndpointsTests", in: .support, ["Endpoints"]),
    tests("PollingTests", in: .support, ["Polling"]),
    tests("PresentationTests", in: .present, ["Presentation"], resources: [.copy("Golden")]),
    // What holds parts of the repository together that no import does.
    tests("RepositoryTests", ["TestSupport"]),
    tests("HistoryTests", in: .checker, ["History", "RecordFile", "TestSupport"], resources: [.copy("Fixtures")]),
    tests(
      "ConsistencyTests", in: .checker, ["kvchaos-bench", "Consistency", "History", "Randomness"],
      resources: [.copy("Fixtures")]),
    tests(
      "ContractOracleTests", in: .checker,
      ["kvchaos-oracle", "Consistency", "ContractOracle", "History", "Randomness"],
      resources: [.copy("Fixtures")]),
    tests(
      "ChaosPlanTests", in: .engine, ["ChaosPlan", "Faults", "Spelling", "TestSupport"], resources: [.copy("Fixtures")]),
    tests("HTTPClientTests", in: .clients, ["HTTPClient", "TestSupport"]),
    tests("FaultsTests", in: .engine, ["Faults", "RecordFile", "TestSupport"]),
    tests("PacketFaultsTests", in: .targets, ["PacketFaults"]),
    tests("DockerEngineTests", in: .targets, ["DockerEngine", "Faults", "TestSupport"]),
    tests("TechnologiesTests", in: .targets, ["Technologies", "ChaosPlan", "TestSupport"]),
    tests(
      "StackTests", in: .targets,
      [
        "Stack", "ChaosPlan", "Faults", "DockerEngine", "Randomness", "TestSupport",
        .product(name: "Yams", package: "Yams"),
      ]),
    tests(
      "WorkloadTests", in: .targets, ["Workload", "ChaosPlan", "HTTPClient", "History", "Randomness", "TestSupport"]),
    tests(
      "LoadTestTests", in: .targets, ["LoadTest", "Stack", "ChaosPlan", "Failures", "TestSupport"],
      resources: [.copy("Golden")]),
    tests(
      "ReportTests", in: .engine, ["Report", "ChaosPlan", "Consistency", "Failures", "History"],
      resources: [.copy("Golden")]),
    tests(
      "OrchestratorTests", in: .engine,
      ["Orchestrator", "ChaosPlan", "Consistency", "Faults", "History", "Randomness", "Report", "Stack", "Workload"]),
    tests(
      "DetectionTests", in: .engine,
      ["Detection", "ChaosPlan", "Consistency", "Failures", "Orchestrator", "Report", "TestSupport"],
      resources: [.copy("Golden")]),
    tests(
      "CapLedgerTests", in: .engine, ["CapLedger", "Consistency", "Failures", "History", "Presentation", "Report"],
      resources: [.copy("Golden")]),
    tests(
      "TierWorkloadTests", in: .targets,
      ["TierWorkload", "AMQPClient", "ChaosPlan", "Endpoints", "History", "RedisClient", "SQLClient", "Workload"]),
    tests(
      "CapRunsTests", in: .engine,
      ["CapRuns", "CapLedger", "ChaosPlan", "DockerEngine", "Failures", "Faults", "History", "Orchestrator", "Stack"]),
    tests(
      "ScenarioTests",
      [
        "Orchestrator", "Stack", "DockerEngine", "Faults", "HTTPClient", "ChaosPlan", "Consistency", "History",
        "Polling", "Report", "Workload",
        "Technologies", "TestSupport",
        // Run as a process, to be signalled and killed.
        "kvchaos",
      ]),
  ]
)
