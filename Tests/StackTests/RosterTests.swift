import ChaosPlan
import TestSupport
import Testing

@testable import DockerEngine
@testable import Stack

/// A node whose container was removed leaves no trace in the engine: only who knows that it was there can miss it.
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
    try await body(Stack(StackConfiguration(home: "/no-such-home", project: "p", httpPort: 1), engine: engine))
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
      // Who does not know who was there sees nothing.
      #expect(try await stack.residue().map(\.kind) == [.down])
    }
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
