import ChaosPlan
import DockerEngine
import Failures
import Foundation
import Orchestrator
import Stack

/// The client containers of one cell: started, asked what they have printed, ended and removed.
struct ClientContainers: CellTraffic {
  static let image = DockerEngine.clientImage
  /// More than any first process number.
  static let stride = 100
  /// The first process of the smaller side's clients, and of all where no side is divided.
  static let nearProcess = 0
  static let farProcess = 20
  static let finalProcess = 90

  let stack: Stack
  let cell: CapPlanCell
  let namespace: String
  let seed: UInt64

  /// Clients of a side. A client waits for its answer, and two of three keys of a Redis Cluster are beyond a cut: with
  /// few clients all would hang on those before the master that was cut off has taken what will be lost. More of them,
  /// each slower, make the same rate.
  private var clientCount: Int { cell.tier == .redis ? 12 : 4 }

  /// From one operation's beginning to the next, for each client.
  private var intervalMilliseconds: Int {
    switch cell.tier {
    case .redis: 75
    case .rabbitmq, .sql: 25
    case .store: 50
    }
  }

  /// Both sides of a partition; no client is on an isolated node's side.
  private var sides: [String] {
    if cell.fault.partition != nil { return ["minority", "majority"] }
    return [cell.fault.isIsolation ? "majority" : "all"]
  }

  func name(_ part: String) -> String { "\(stack.configuration.project)-client-\(namespace)-\(part)" }

  func prepare(_ status: StackStatus) async throws {
    let (exitCode, output) = try await runToEnd("prepare", [], status, limit: .seconds(60))
    guard exitCode == 0 else {
      throw CommandError(.unavailable, "the workload could not be prepared: \(Self.lastLine(output))")
    }
  }

  func start(_ status: StackStatus) async throws -> [CapShot.ClientGroup] {
    var groups: [CapShot.ClientGroup] = []
    for side in sides { groups.append(try await start(side, status)) }
    return groups
  }

  private func start(_ side: String, _ status: StackStatus) async throws -> CapShot.ClientGroup {
    let name = name(side)
    let first = side == "majority" ? Self.farProcess : Self.nearProcess
    try await stack.engine.startClient(
      name,
      arguments("run", status) + [
        "--clients", String(clientCount), "--first-process", String(first), "--interval-ms",
        String(intervalMilliseconds),
      ], environment: environment)
    let address = try await stack.engine.network(of: name).address
    return CapShot.ClientGroup(
      side: side, container: name, address: address, processes: Array(first..<(first + clientCount)))
  }

  func finish(_ status: StackStatus) async throws -> (history: String, problem: String?) {
    let name = name("final")
    try await stack.engine.startClient(
      name, arguments("finish", status) + ["--process", String(Self.finalProcess)], environment: environment)
    let exitCode = try await stack.engine.waitForClient(name, timeout: .seconds(90))
    let history = try await stack.engine.logs(name, hasErrors: false)
    guard exitCode != 0 else { return (history, nil) }
    let all = try await stack.engine.logs(name)
    return (history, "the final reads are incomplete: \(Self.lastLine(all))")
  }

  func stop(_ groups: [CapShot.ClientGroup]) async throws -> (histories: [String], problems: [String]) {
    for group in groups { try? await stack.engine.kill(container: group.container, signal: "SIGTERM") }
    var (histories, problems): ([String], [String]) = ([], [])
    for group in groups {
      let exitCode = try await stack.engine.waitForClient(
        group.container, timeout: cell.tier.clientTimeout + .seconds(15))
      if exitCode != 0 {
        // What they would have seen is not in their history.
        let last = Self.lastLine(try await stack.engine.logs(group.container, tail: 5))
        problems.append("the clients of the side \(group.side) ended with status \(exitCode): \(last)")
      }
      histories.append(try await stack.engine.logs(group.container, hasErrors: false))
    }
    return (histories, problems)
  }

  func recent(_ group: CapShot.ClientGroup) async -> [RecoveryWatch.Sample] {
    guard let text = try? await stack.engine.logs(group.container, tail: 1_000, hasErrors: false) else { return [] }
    return RecoveryWatch.samples(in: text)
  }

  /// Containers that the engine does not remove are found as residue.
  func removeAll() async {
    for part in ["prepare", "final", "all", "minority", "majority"] { try? await stack.engine.removeHelper(name(part)) }
  }

  // MARK: Parts

  private func runToEnd(
    _ command: String, _ more: [String], _ status: StackStatus, limit: Duration
  ) async throws -> (Int, String) {
    let name = name(command)
    try await stack.engine.startClient(name, arguments(command, status) + more, environment: environment)
    let exitCode = try await stack.engine.waitForClient(name, timeout: limit)
    let output = try await stack.engine.logs(name)
    try await stack.engine.removeHelper(name)
    return (exitCode, output)
  }

  private func arguments(_ command: String, _ status: StackStatus) -> [String] {
    var arguments = [
      "kv-client", command, "--tier", cell.tier.rawValue, "--variant", cell.variant.rawValue, "--workload",
      cell.workload.rawValue, "--nodes", Self.addresses(of: cell.tier, in: status).joined(separator: ","),
      "--namespace", namespace, "--seed", String(seed), "--stride", String(Self.stride),
    ]
    arguments += ["--flavour", status.flavour.rawValue]
    return arguments
  }

  /// Where clients of a tier connect to, the leader first.
  static func addresses(of tier: CapTier, in status: StackStatus) -> [String] {
    let (asked, port): (Tier, Int) =
      switch tier {
      case .redis: (.redis, 6_379)
      case .rabbitmq: (.rabbitmq, 5_672)
      case .sql: (.sql, status.flavour == .cockroach ? 26_257 : 5_432)
      case .store: (.api, 8_080)
      }
    let nodes = status.nodes.filter { $0.tier == asked && $0.state.status == .running }
    let ordered = nodes.sorted { first, second in
      (first.roles.contains(.leader) ? 0 : 1, first.name) < (second.roles.contains(.leader) ? 0 : 1, second.name)
    }
    return ordered.compactMap { $0.address.map { "\($0):\(port)" } }
  }

  private var environment: [String] {
    guard let secrets = Secrets(path: stack.configuration.secretsFile) else { return [] }
    let (user, password): (String?, String?) =
      switch cell.tier {
      case .redis: (nil, secrets["KV_REDIS_PASSWORD"])
      case .rabbitmq: (secrets["KV_RABBITMQ_USER"], secrets["KV_RABBITMQ_PASSWORD"])
      case .sql: (secrets["KV_SQL_USER"], secrets["KV_SQL_PASSWORD"])
      case .store: (nil, nil)
      }
    let token = ProcessInfo.processInfo.environment["KVCHAOS_TOKEN"] ?? secrets["KV_API_TOKEN"]
    return ["KV_CLIENT_USER": user, "KV_CLIENT_PASSWORD": password, "KVCHAOS_TOKEN": cell.tier == .store ? token : nil]
      .compactMap { name, value in value.map { "\(name)=\($0)" } }.sorted()
  }

  private static func lastLine(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).last.map(String.init) ?? "no output"
  }
}
