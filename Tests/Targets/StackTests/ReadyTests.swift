import Foundation
import Synchronization
import TestSupport
import Testing

@testable import DockerEngine
@testable import Stack

/// What `up` and a run wait for, on an engine whose every answer the test decides.
@Suite(.timeLimit(.minutes(10))) struct ReadyTests {
  /// A proxy and two APIs.
  private final class World: Sendable {
    struct State {
      /// How often a node was asked, or its health was looked at.
      var asked: [String: Int] = [:]
      /// How often `api-2` says that it is not ready, before it is.
      var refusals = 0
      /// How often it is seen as paused before that.
      var pausedLooks = 0
      var looks = 0
    }

    let state = Mutex(State())
    /// What the proxy has published.
    private let port: Int

    /// - Parameter httpPort: of the store; 1: there is none.
    init(refusals: Int = 0, pausedLooks: Int = 0, httpPort: Int = 1) {
      port = httpPort
      state.withLock {
        $0.refusals = refusals
        $0.pausedLooks = pausedLooks
      }
    }

    func asked(_ node: String) -> Int { state.withLock { $0.asked[node] ?? 0 } }

    private static func labels(_ node: String) -> String {
      #"{"com.docker.compose.project":"p","\#(StackLabel.tier)":"\#(node.hasPrefix("api") ? "api" : "proxy")"}"#
    }

    func answer(_ request: String) -> (status: Int, json: String)? {
      let words = request.split { " /?".contains($0) }.map(String.init)
      return state.withLock { state in
        if request.hasPrefix("GET /containers/json") {
          state.looks += 1
          let all = ["nginx", "api-1", "api-2"].map {
            #"""
            {"Id":"\#($0)","Names":["/p-\#($0)"],"Image":"i","Labels":\#(Self.labels($0)),"State":"running",
             "Ports":\#($0 == "nginx" ? #"[{"PrivatePort":8000,"PublicPort":\#(port)},{"PrivatePort":8404}]"# : "[]")}
            """#
          }
          return (200, "[\(all.joined(separator: ","))]")
        }
        let node = words[2]
        let isRefused = node == "api-2" && state.asked[node] ?? 0 <= state.refusals
        switch (words[0], words[1], words.last) {
        case ("GET", "containers", "json"):
          let status = node == "api-2" && state.looks <= state.pausedLooks ? "paused" : "running"
          return (
            200,
            #"""
            {"Id":"\#(node)","Name":"/p-\#(node)","State":{"Status":"\#(status)","ExitCode":0,"StartedAt":""},
             "Config":{"Labels":\#(Self.labels(node)),"Healthcheck":{"Test":["CMD","true"]}}}
            """#
          )
        case ("POST", "containers", "exec"): return (201, #"{"Id":"\#(node)"}"#)
        case ("POST", "exec", "start"):
          state.asked[node, default: 0] += 1
          let text = node == "api-2" && state.asked[node] ?? 0 <= state.refusals ? "it is not ready\n" : ""
          // One frame of standard output, as the engine frames it.
          return (200, text.isEmpty ? "" : "\u{1}\0\0\0\0\0\0" + String(UnicodeScalar(UInt8(text.utf8.count))) + text)
        case ("GET", "exec", "json"): return (200, #"{"Running":false,"ExitCode":\#(isRefused ? 1 : 0)}"#)
        default: return (500, "{}")
        }
      }
    }
  }

  private func with(_ world: World, _ body: (Stack) async throws -> Void) async throws {
    let fake = FakeEngine { world.answer($0) }
    let engine = DockerEngine(project: "p", socketPath: fake.socketPath)
    defer { engine.shutdown() }
    try await body(
      Stack(StackConfiguration(home: "/no-such-home", project: "p", target: StoreTarget.target), engine: engine))
  }

  /// A store that answers as if it had one key.
  private func store() -> RawServer {
    let written = Written()
    return RawServer { connection in
      while let request = connection.readRequest() {
        if request.hasPrefix("PUT") { written.text.withLock { $0 = request } }
        connection.answer(written.text.withLock { $0 })
      }
    }
  }

  private final class Written: Sendable {
    let text = Mutex("")
  }

  // MARK: up

  @Test func upWaitsUntilEveryAPIIsReady() async throws {
    let store = store()
    defer { store.close() }
    let world = World(refusals: 2, httpPort: store.port)
    try await with(world) { stack in
      try await StackStart(stack: stack) { _ in }.waitUntilItServes(until: .now + .seconds(600))
    }
    #expect(world.asked("api-2") == 3)
    #expect(world.asked("api-1") == 3)
    // It has said all that it has to say.
    #expect(world.asked("nginx") == 0)
  }

  @Test func whoIsNotReadyInTimeIsNamed() async throws {
    let store = store()
    defer { store.close() }
    let world = World(refusals: 100, httpPort: store.port)
    try await with(world) { stack in
      let error = await #expect(throws: StackError.self) {
        try await StackStart(stack: stack) { _ in }.waitUntilItServes(until: .now)
      }
      #expect(error?.code == .unavailable)
      #expect(error?.message.hasSuffix("not every API was ready: api-2 does not serve: it is not ready") == true)
    }
    #expect(world.asked("api-2") == 1)
  }

  @Test func aStoreThatDoesNotAnswerIsNotUp() async throws {
    try await with(World()) { stack in
      let error = await #expect(throws: StackError.self) {
        try await StackStart(stack: stack) { _ in }.waitUntilItServes(until: .now)
      }
      #expect(error?.code == .unavailable)
      #expect(error?.message.contains("the store did not answer") == true)
    }
  }

  // MARK: a run

  @Test func whoLacksSomethingIsWaitedFor() async throws {
    let world = World(refusals: 1, pausedLooks: 2)
    try await with(world) { stack in
      let now = try await stack.lacking(within: .zero)
      #expect(now.map(\.description) == ["api-2 is paused"])
      // No node is asked while the tiers report a problem.
      #expect(world.asked("api-1") == 0)
      let later = try await stack.lacking(within: .seconds(60))
      #expect(later.isEmpty)
    }
    #expect(world.asked("api-2") == 2)
    #expect(world.asked("nginx") == 2)
  }

  @Test func whoDoesNotServeLacksThat() async throws {
    try await with(World(refusals: 1)) { stack in
      let lacks = try await stack.lacking(within: .zero)
      #expect(lacks == [NodeLack(node: "api-2", what: "does not serve: it is not ready")])
    }
  }
}
