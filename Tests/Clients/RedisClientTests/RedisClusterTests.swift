import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import RedisClient

@Suite("A cluster's health")
struct RedisClusterTests {
  fileprivate static let loop = MultiThreadedEventLoopGroup.singleton.next()

  /// Three masters of a third of the slots each. Those that are silent still tell the topology: whether all is well
  /// must be asked of each.
  private final class Masters: Sendable {
    private let silent = Mutex(Set<Int>())
    private let topology = Mutex("")
    private let nodes = Mutex<[ScriptedNode]>([])

    func start() async throws -> RedisCluster {
      for index in 0..<3 {
        let node = try await ScriptedNode(loop: RedisClusterTests.loop) { [self] words in
          if words[0] == "CLUSTER" { return topology.withLock { $0 } }
          return silent.withLock { $0.contains(index) } ? nil : "+PONG\r\n"
        }
        nodes.withLock { $0.append(node) }
      }
      let addresses = nodes.withLock { $0.map(\.node) }
      let bounds = [0, 5461, 10923, HashSlot.count]
      let rows = addresses.indices.map { index in
        "*3\r\n:\(bounds[index])\r\n:\(bounds[index + 1] - 1)\r\n"
          + "*3\r\n$9\r\n127.0.0.1\r\n:\(addresses[index].port)\r\n$2\r\nid\r\n"
      }
      topology.withLock { $0 = "*3\r\n\(rows.joined())" }
      var options = RedisOptions(nodes: addresses)
      // The machine may be busy; a silent node is given up after a second.
      (options.connectTimeoutMilliseconds, options.commandTimeoutMilliseconds) = (20_000, 1_000)
      (options.openCircuitMilliseconds, options.openCircuitMaximumMilliseconds) = (0, 0)
      return RedisCluster(options: options, loop: RedisClusterTests.loop)
    }

    func silence(_ indices: Set<Int>) { silent.withLock { $0 = indices } }

    var areAllAsked: Bool { nodes.withLock { $0.allSatisfy { $0.seen.contains(["PING"]) } } }
  }

  /// For a caller that can do without an answer, the topology is not fetched first, and one redirection is the limit.
  @Test(.timeLimit(.minutes(10))) func aHurriedCommandWaitsForNoTopology() async throws {
    let node = try await ScriptedNode(loop: Self.loop) { _ in nil }
    var options = RedisOptions(nodes: [node.node])
    // A wait for an answer here takes longer than the test may take.
    (options.connectTimeoutMilliseconds, options.commandTimeoutMilliseconds) = (3_600_000, 3_600_000)
    let cluster = RedisCluster(options: options, loop: Self.loop)
    let error = await #expect(throws: RedisError.self) {
      try await cluster.command([Array("GET".utf8), [1]], key: [1], isHurried: true)
    }
    #expect(error?.code == .noRoute)
  }

  @Test(.timeLimit(.minutes(10)), arguments: [(true, 2), (false, 5)])
  func aHurriedCommandFollowsOneRedirection(_ isHurried: Bool, _ attempts: Int) async throws {
    let port = Mutex(0)
    let node = try await ScriptedNode(loop: Self.loop) { words in
      let port = port.withLock { $0 }
      return words[0] == "CLUSTER"
        ? "*1\r\n*3\r\n:0\r\n:16383\r\n*3\r\n$9\r\n127.0.0.1\r\n:\(port)\r\n$2\r\nid\r\n"
        : words[0] == "PING" ? "+PONG\r\n" : "-MOVED 1 127.0.0.1:\(port)\r\n"
    }
    port.withLock { $0 = node.node.port }
    var options = RedisOptions(nodes: [node.node])
    (options.connectTimeoutMilliseconds, options.commandTimeoutMilliseconds) = (600_000, 600_000)
    let cluster = RedisCluster(options: options, loop: Self.loop)
    while await !cluster.isHealthy() { await Task.yield() }
    let error = await #expect(throws: RedisError.self) {
      try await cluster.command([Array("GET".utf8), [1]], key: [1], isHurried: isHurried)
    }
    #expect(error?.code == .noRoute)
    #expect(node.seen.count { $0[0] == "GET" } == attempts)
  }

  /// Nodes that are paused take connections and never answer: one that does answer is heard meanwhile.
  @Test(.timeLimit(.minutes(10))) func silentNodesDoNotHoldUpTheTopology() async throws {
    let port = Mutex(0)
    let node = try await ScriptedNode(loop: Self.loop) { words in
      words[0] == "CLUSTER"
        ? "*1\r\n*3\r\n:0\r\n:16383\r\n*3\r\n$9\r\n127.0.0.1\r\n:\(port.withLock { $0 })\r\n$2\r\nid\r\n"
        : "$1\r\nv\r\n"
    }
    port.withLock { $0 = node.node.port }
    var silent: [ScriptedNode] = []
    for _ in 0..<5 { silent.append(try await ScriptedNode(loop: Self.loop) { _ in nil }) }
    var options = RedisOptions(nodes: silent.map(\.node) + [node.node])
    // A wait for one of the silent nodes takes longer than the test may take.
    (options.connectTimeoutMilliseconds, options.commandTimeoutMilliseconds) = (3_600_000, 3_600_000)
    // The order is random: in one of six, the node that answers is the first.
    for _ in 0..<8 {
      let cluster = RedisCluster(options: options, loop: Self.loop)
      let reply = try await cluster.command([Array("GET".utf8), [1]], key: [1])
      #expect(reply == .bytes([UInt8(ascii: "v")]))
    }
  }

  /// A node that owns a slot which another one owned before: such a master may lack what the other one had.
  @Test(.timeLimit(.minutes(10)), arguments: [true, false])
  func whoTakesOverASlotIsANewMaster(_ isTold: Bool) async throws {
    let other = try await ScriptedNode(loop: Self.loop) { words in words[0] == "GET" ? "$1\r\nv\r\n" : "+PONG\r\n" }
    let port = Mutex(0)
    let node = try await ScriptedNode(loop: Self.loop) { words in
      words[0] == "CLUSTER"
        ? "*1\r\n*3\r\n:0\r\n:16383\r\n*3\r\n$9\r\n127.0.0.1\r\n:\(port.withLock { $0 })\r\n$2\r\nid\r\n"
        : words[0] == "PING" ? "+PONG\r\n" : isTold ? "-MOVED 1 127.0.0.1:\(other.node.port)\r\n" : "$1\r\nv\r\n"
    }
    port.withLock { $0 = node.node.port }
    var options = RedisOptions(nodes: [node.node])
    (options.connectTimeoutMilliseconds, options.commandTimeoutMilliseconds) = (600_000, 600_000)
    let cluster = RedisCluster(options: options, loop: Self.loop)
    while await !cluster.isHealthy() { await Task.yield() }
    // The key of slot 1 that `MOVED` is about.
    let key = Array(
      "{\(try #require((0...).lazy.map(String.init).first { HashSlot.slot(of: Array($0.utf8)) == 1 }))}".utf8)
    #expect(!cluster.hasNewMaster(key, within: .seconds(600)))
    _ = try await cluster.command([Array("GET".utf8), key], key: key)
    #expect(cluster.hasNewMaster(key, within: .seconds(600)) == isTold)
    #expect(!cluster.hasNewMaster(key, within: .zero))
  }

  @Test(.timeLimit(.minutes(10)), arguments: 0..<3) func oneSilentMasterIsNoHealthyCluster(_ index: Int) async throws {
    let masters = Masters()
    let cluster = try await masters.start()
    while await !cluster.isHealthy() { await Task.yield() }
    #expect(masters.areAllAsked)
    masters.silence([index])
    #expect(await !cluster.isHealthy())
    masters.silence([])
    while await !cluster.isHealthy() { await Task.yield() }
  }
}
