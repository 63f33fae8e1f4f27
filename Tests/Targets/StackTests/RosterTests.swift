import ChaosPlan
import Foundation
import TestSupport
import Testing

@testable import DockerEngine
@testable import Stack

/// A node whose container was removed leaves no trace in the engine: only a caller that knew of it can miss it.
struct RosterTests {
  private static let before = Roster(["p-nginx": .proxy, "p-redis-2": .redis])

  private static func labels(_ tier: String) -> String {
    #"{"com.docker.compose.project":"p","\#(StackLabel.tier)":"\#(tier)"}"#
  }

  /// A stack with one proxy, and a container that has ended as it should.
  private func withStack(status: String = "exited", _ body: (Stack) async throws -> Void) async throws {
    let fake = FakeEngine { request in
      if request.hasPrefix("GET /images/") { return (404, "{}") }
      if request.hasPrefix("GET /containers/json") {
        // The helpers are asked for by a label of their own.
        guard !request.contains("io.kvchaos.side") else { return (200, "[]") }
        return (
          200,
          #"""
          [{"Id":"nginx","Names":["/p-nginx"],"Image":"i","Labels":\#(Self.labels("proxy")),"State":"\#(status)"},
           {"Id":"init","Names":["/p-init"],"Image":"i","Labels":\#(Self.labels("init")),"State":"exited"}]
          """#
        )
      }
      let node = request.contains("nginx") ? "nginx" : "init"
      let state = node == "nginx" ? status : "exited"
      return (
        200,
        #"""
        {"Id":"\#(node)","Name":"/p-\#(node)","State":{"Status":"\#(state)","ExitCode":0,"StartedAt":""},
         "Config":{"Labels":\#(Self.labels(node == "nginx" ? "proxy" : "init"))}}
        """#
      )
    }
    let engine = DockerEngine(project: "p", socketPath: fake.socketPath)
    defer { engine.shutdown() }
    try await body(
      Stack(StackConfiguration(home: "/no-such-home", project: "p", target: StoreTarget.target), engine: engine))
  }

  @Test func theRosterIsOfNodes() async throws {
    try await withStack { stack in
      let roster = try await stack.roster()
      #expect(roster == Roster(["p-nginx": .proxy]))
    }
  }

  /// Compose numbers what it adds as it likes.
  @Test func aTierThatWasScaledBackIsWhole() {
    let three = Roster(["p-worker-1": .worker, "p-worker-2": .worker, "p-worker-3": .worker, "p-sql-1": .sql])
    let renumbered = Roster(["p-worker-2": .worker, "p-worker-3": .worker, "p-worker-4": .worker, "p-sql-1": .sql])
    #expect(three.missing(from: renumbered).isEmpty)
    let fewer = Roster(["p-worker-3": .worker, "p-worker-4": .worker, "p-sql-2": .sql])
    #expect(three.missing(from: fewer) == ["p-sql-1", "p-worker-1"])
  }

  @Test func whoIsMissingIsLeftBehind() async throws {
    try await withStack { stack in
      let found = try await stack.residue(since: Self.before)
      #expect(found.map(\.description) == ["p-redis-2 is gone: its container was removed", "p-nginx is down (exited)"])
      // A caller without an earlier roster sees nothing.
      #expect(try await stack.residue().map(\.kind) == [.down])
    }
  }

  /// For a caller that did not see the stack before, the compose files define the nodes that must exist.
  @Test func theComposeFilesNameTheNodes() throws {
    let json = #"""
      {"services":{
        "nginx":{"container_name":"p-nginx","labels":{"io.kvchaos.tier":"proxy"}},
        "redis-2":{"container_name":"p-redis-2","labels":{"io.kvchaos.tier":"redis"}},
        "worker":{"labels":{"io.kvchaos.tier":"worker"},"deploy":{"replicas":3}},
        "migrate":{"container_name":"p-migrate","labels":{"io.kvchaos.tier":"init"}}}}
      """#
    let roster = try JSONDecoder().decode(Compose.Model.self, from: Data(json.utf8)).roster(
      project: "p", target: StoreTarget.target)
    #expect(roster == Roster(["p-nginx": .proxy, "p-redis-2": .redis, "p-worker-1": .worker]))
    // A tier that was scaled down is not missing nodes.
    let now: [String: Tier] = ["p-nginx": .proxy, "p-redis-2": .redis]
    #expect(roster.missing(from: Roster(now.merging(["p-worker-4": .worker]) { $1 })).isEmpty)
    #expect(roster.missing(from: Roster(now)) == ["p-worker-1"])
  }

  /// If the stack is down, no node is missing: Compose is not even asked.
  @Test func aStackThatIsDownLacksNobody() async throws {
    let fake = FakeEngine { _ in (200, "[]") }
    let engine = DockerEngine(project: "p", socketPath: fake.socketPath)
    defer { engine.shutdown() }
    let stack = Stack(
      StackConfiguration(home: "/no-such-home", project: "p", target: StoreTarget.target), engine: engine)
    #expect(try await stack.composedRoster() == Roster())
  }

  @Test func aRosterOfSomeTiersHasNoOthers() {
    #expect(Self.before.nodes(of: [.redis, .sql]) == Roster(["p-redis-2": .redis]))
  }

  /// Rules that cannot be listed may be there.
  @Test func aLookThatFailsIsNotNothing() async throws {
    try await withStack(status: "paused") { stack in
      let error = await #expect(throws: StackError.self) { try await stack.residue() }
      #expect(error?.code == .unavailable && error?.message.contains("netfault") == true)
    }
  }

  @Test func whoIsMissingDoesNotDoItsPart() async throws {
    try await withStack { stack in
      let lacks = try await stack.lacking(within: .zero, since: Self.before).map(\.description)
      #expect(lacks.contains("redis-2 is gone: its container was removed"), "\(lacks)")
      #expect(try await !stack.lacking(within: .zero).map(\.node).contains("redis-2"))
    }
  }
}
