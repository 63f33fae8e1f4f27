import Faults
import Foundation
import TestSupport
import Testing

@testable import DockerEngine
@testable import Stack

struct StartTests {
  static func container(
    _ name: String, tier: String, _ status: ContainerState.Status, health: ContainerState.Health? = nil,
    exitCode: Int? = nil, startedAt: String = "2", restarts: Int = 0
  ) -> ContainerDetail {
    ContainerDetail(
      id: name, name: name, hostname: name, labels: [StackLabel.tier: tier],
      state: ContainerState(status: status, health: health, exitCode: exitCode, startedAt: startedAt),
      restartCount: restarts, wasOutOfMemory: false, networks: [:], healthOutput: nil, healthCommand: nil)
  }

  @Test func readyIsHealthyAndOneShotsDone() {
    let containers = [
      Self.container("a", tier: "redis", .running, health: .healthy),
      Self.container("b", tier: "proxy", .running), Self.container("c", tier: "init", .exited, exitCode: 0),
    ]
    #expect(StartWatch().verdict(containers, allStarted: true) == .ready)
    #expect(StartWatch().verdict([], allStarted: true) == .waiting)
  }

  @Test(
    arguments: [
      container("x", tier: "redis", .running, health: .starting),
      container("x", tier: "redis", .running, health: .unhealthy),
      container("x", tier: "redis", .created), container("x", tier: "init", .running),
      container("x", tier: "redis", .restarting, restarts: 1), container("x", tier: "redis", .paused),
    ])
  func othersAreWaitedFor(container: ContainerDetail) {
    #expect(StartWatch().verdict([container], allStarted: true) == .waiting)
  }

  @Test(
    arguments: [
      container("x", tier: "redis", .exited, exitCode: 1), container("x", tier: "redis", .exited, exitCode: 0),
      container("x", tier: "init", .exited, exitCode: 1), container("x", tier: "redis", .restarting, restarts: 3),
      container("x", tier: "sql", .dead),
    ])
  func aContainerThatEndsAtStartIsTold(container: ContainerDetail) {
    #expect(StartWatch().verdict([container], allStarted: false) == .died(container))
  }

  @Test func anExitFromBeforeTheStartIsNoDeathUntilComposeHasStartedAll() {
    let old = Self.container("x", tier: "redis", .exited, exitCode: 137, startedAt: "1")
    let watch = StartWatch(before: [old])
    #expect(watch.verdict([old], allStarted: false) == .waiting)
    #expect(watch.verdict([old], allStarted: true) == .died(old))
  }

  @Test func theDisplayRedrawsOnATerminalAndOnlyThere() {
    let half = TierProgress(tier: "redis", ready: 4, total: 6, waitingFor: ["redis-5", "redis-6"])
    let full = TierProgress(tier: "redis", ready: 6, total: 6, waitingFor: [])
    var plain = StackProgressDisplay(isTerminal: false, environment: [:])
    #expect(plain.apply(.note("SQL flavour: patroni")) == "SQL flavour: patroni\n")
    #expect(plain.apply(.tier(half)) == "  redis     4/6 waiting for redis-5, redis-6\n")
    #expect(plain.apply(.tier(full)) == "  redis     6/6 ready\n")
    #expect(
      plain.apply(.answered(.milliseconds(12_340)))
        == "the store answered a committed write and a linearizable read after 12.3 s\n")
    var terminal = StackProgressDisplay(isTerminal: true, environment: ["NO_COLOR": "1"])
    #expect(terminal.apply(.tier(half)) == "  redis     4/6 waiting for redis-5, redis-6\n")
    #expect(terminal.apply(.tier(full)) == "\u{1B}[1A\u{1B}[J  redis     6/6 ready\n")
    #expect(terminal.apply(.note("n")) == "\u{1B}[1A\u{1B}[Jn\n  redis     6/6 ready\n")
    var colored = StackProgressDisplay(isTerminal: true, environment: [:])
    #expect(colored.apply(.tier(full)).contains("\u{1B}[32m6/6\u{1B}[0m"))
  }

  @Test func theTableShowsEveryNode() throws {
    var node = ResolutionTests.node("redis-1", .redis, [.master], slots: [0...5460])
    node.detail = "master of 0-5460"
    let status = StackStatus(flavour: .patroni, nodes: [node], url: "http://127.0.0.1:8000")
    #expect(
      status.table == """
        SQL flavour: patroni
        store: http://127.0.0.1:8000
        NODE     TIER   STATE    ROLE
        redis-1  redis  running  master of 0-5460
        """)
    let json = try JSONSerialization.jsonObject(with: Data(try status.json().utf8)) as? [String: Any]
    #expect(json?["url"] as? String == "http://127.0.0.1:8000")
    let nodes = json?["nodes"] as? [[String: Any]]
    #expect(nodes?.first?["roles"] as? [String] == ["master"])
    #expect(nodes?.first?["slots"] as? [[Int]] == [[0, 5460]])
  }

  @Test func aPortInUseIsFoundWithItsHolder() throws {
    let table = """
        sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
         0: 0100007F:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1
         1: 0100007F:1F40 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 4712 1
      """
    #expect(PortCheck.listeningSockets(table, port: 8000) == ["4711"])
    #expect(PortCheck.listeningSockets(table, port: 8001) == [])
    let server = LocalServer { _, _ in }
    #expect(PortCheck.isTaken(server.port))
    #expect(PortCheck.holder(of: server.port)?.contains("pid \(ProcessInfo.processInfo.processIdentifier)") == true)
  }

  @Test func secretsAreRead() {
    let secrets = Secrets(text: "# made\nKV_A=1\nKV_B=x=y\n\nno equals\n")
    #expect(secrets["KV_A"] == "1")
    #expect(secrets["KV_B"] == "x=y")
    #expect(secrets["KV_C"] == nil)
  }

  @Test func composeModelsAreRead() throws {
    let json = #"""
      {"name":"kvchaos","services":{
        "nginx":{"image":"kvchaos/nginx:local","ports":[{"mode":"ingress","host_ip":"127.0.0.1","target":8000,"published":"8000","protocol":"tcp"}]},
        "sql-1":{"image":"kvchaos/patroni:local"},"sql-2":{"image":"kvchaos/patroni:local","ports":[{"target":8008}]}}}
      """#
    let model = try JSONDecoder().decode(Compose.Model.self, from: Data(json.utf8))
    #expect(model.images == ["kvchaos/nginx:local", "kvchaos/patroni:local"])
  }

  @Test func theHomeIsFoundUpwards() throws {
    let home = NSTemporaryDirectory() + "kvchaos-home-\(UUID().uuidString)"
    let deep = home + "/a/b"
    for folder in [home + "/compose", home + "/chaos", deep] {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }
    let nothing = #expect(throws: StackError.self) {
      try StackConfiguration.current(environment: [:], workingDirectory: deep)
    }
    #expect(nothing?.code == .unavailable)
    try Data().write(to: URL(fileURLWithPath: home + "/compose/compose.yml"))
    // It declares what the stack is made of.
    let untold = #expect(throws: StackError.self) {
      try StackConfiguration.current(environment: [:], workingDirectory: deep)
    }
    #expect(untold?.message.hasPrefix("\(home)/chaos/target.yml: ") == true, "\(untold?.message ?? "")")
    try FileManager.default.copyItem(
      atPath: Repository.file("chaos/target.yml").path(), toPath: home + "/chaos/target.yml")
    let found = try StackConfiguration.current(environment: [:], workingDirectory: deep)
    #expect(found.home == URL(fileURLWithPath: home).path)
    let root = Repository.root.path
    #expect(try StackConfiguration.current(environment: ["KVCHAOS_HOME": root], workingDirectory: deep).home == root)
  }

  @Test func plansAreReadOutsideACheckout() throws {
    #expect(try StackConfiguration.planTarget(environment: [:], workingDirectory: "/") == StoreTarget.forPlans)
  }
}
