import Faults
import Synchronization

/// Network namespaces in memory: nft commands are carried out on named tables, and measurements answer as the tables in
/// force allow. Every call is recorded; refusals on demand.
final class FakeNamespaces: NetworkNamespaces {
  private struct World {
    /// The rules of each table, by container and table.
    var tables: [String: [String: [String]]] = [:]
    /// Containers whose processes are gone, and their namespaces with them.
    var dead: Set<String> = []
    var helpers: Set<String> = []
    var calls: [String] = []
    /// Commands with this beginning are refused this many times.
    var refusals: [(prefix: String, left: Int)] = []
    var ignoresRules = false
  }

  private let world = Mutex(World())
  private let address: String

  /// - Parameter address: of every container that is asked about.
  init(address: String = "10.0.0.1") {
    self.address = address
  }

  var calls: [String] { world.withLock { $0.calls } }
  var helperNames: Set<String> { world.withLock { $0.helpers } }

  func tables(in container: String) -> [String: [String]] { world.withLock { $0.tables[container] ?? [:] } }
  func place(_ rules: [String], table: String, in container: String) {
    world.withLock { $0.tables[container, default: [:]][table] = rules }
  }
  func refuse(_ prefix: String, times: Int = .max) { world.withLock { $0.refusals.append((prefix, times)) } }
  func refuseNothing() { world.withLock { $0.refusals = [] } }
  /// Tables are made and deleted, and have no effect.
  func ignoreRules() { world.withLock { $0.ignoresRules = true } }
  /// A namespace dies with its container's processes, and all tables with it.
  func loseNamespace(of container: String, replaced: Bool) {
    world.withLock { world in
      world.tables[container] = nil
      if !replaced { world.dead.insert(container) }
    }
  }

  func network(of container: String) async throws -> ContainerNetwork {
    ContainerNetwork(address: address, prefixLength: 24, gateway: "10.0.0.254")
  }

  func run(
    _ command: [String], inNetworkOf container: String?, timeout: Duration
  ) async throws -> ProgramResult {
    let line = command.joined(separator: " ")
    return try world.withLock { world in
      world.calls.append(line)
      if let container, world.dead.contains(container) { throw FakeRuntime.Refusal() }
      if let index = world.refusals.firstIndex(where: { line.hasPrefix($0.prefix) && $0.left > 0 }) {
        world.refusals[index].left -= 1
        return ProgramResult(exitCode: 1, output: "refused\n")
      }
      return Self.answer(command, container ?? "", &world)
    }
  }

  func startHelper(_ name: String, _ command: [String], inNetworkOf container: String) async throws {
    world.withLock { world in
      world.calls.append(command.joined(separator: " "))
      world.helpers.insert(name)
    }
  }

  func helper(_ name: String) async throws -> HelperState? {
    world.withLock { $0.helpers.contains(name) ? HelperState(isRunning: true, output: "ready\n") : nil }
  }

  func removeHelper(_ name: String) async throws {
    world.withLock { world in
      world.calls.append("remove helper")
      world.helpers.remove(name)
    }
  }

  func helpers() async throws -> [String] { helperNames.sorted() }

  // MARK: Programs

  private static func answer(_ command: [String], _ container: String, _ world: inout World) -> ProgramResult {
    switch command[0] {
    case "nft" where command[1] == "list":
      let names = (world.tables[container] ?? [:]).keys.sorted()
      return ProgramResult(exitCode: 0, output: names.map { "table inet \($0)\n" }.joined())
    case "nft":
      let before = world.tables[container]
      for line in command[1].split(separator: "\n") {
        guard apply(line.split(separator: " ").map(String.init), container, &world) else {
          // One transaction: all or nothing.
          world.tables[container] = before
          return ProgramResult(exitCode: 1, output: "no such table: \(line)\n")
        }
      }
      return ProgramResult(exitCode: 0, output: "")
    case "kv-netfault" where command[1] == "ping":
      let rules = world.ignoresRules ? [] : (world.tables[container] ?? [:]).values.flatMap(\.self)
      let addresses = command.filter { $0.split(separator: ".").count == 4 }
      let lines = addresses.map { address in
        let isCut = rules.contains { $0.contains(address) && $0.hasSuffix("drop") }
        // A helper holds every packet for a while.
        let median = rules.contains { $0.contains("jump delay") } && !world.helpers.isEmpty ? 100_000 : 100
        return isCut ? "\(address) sent=5 received=0" : "\(address) sent=5 received=5 median_us=\(median) span_us=200"
      }
      return ProgramResult(exitCode: 0, output: lines.joined(separator: "\n"))
    case "kv-netfault" where command[1] == "check":
      return ProgramResult(exitCode: 0, output: "")
    default:
      return ProgramResult(exitCode: 127, output: "\(command[0]): not in this test\n")
    }
  }

  /// `add table inet NAME`, `add rule inet NAME CHAIN RULE…` and so on.
  ///
  /// - Returns: whether the table is there.
  private static func apply(_ words: [String], _ container: String, _ world: inout World) -> Bool {
    let name = words[3]
    if words[0...1] == ["add", "table"] {
      world.tables[container, default: [:]][name, default: []] += []
      return true
    }
    guard world.tables[container]?[name] != nil else { return false }
    switch (words[0], words[1]) {
    case ("flush", "table"): world.tables[container]?[name] = []
    case ("delete", "table"): world.tables[container]?[name] = nil
    case ("add", "rule"): world.tables[container]?[name]?.append(words.dropFirst(4).joined(separator: " "))
    case ("add", "chain"): break
    default: preconditionFailure("a command that is not in this test: \(words)")
    }
    return true
  }
}
