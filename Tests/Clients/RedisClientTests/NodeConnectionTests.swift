import Endpoints
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import RedisClient

@Suite("A node's connection")
struct NodeConnectionTests {
  private static let loop = MultiThreadedEventLoopGroup.singleton.next()

  private static func options(_ node: HostPort, change: (inout RedisOptions) -> Void = { _ in }) -> RedisOptions {
    var options = RedisOptions(nodes: [node])
    // The machine may be busy: only the tests of a limit come near it.
    options.connectTimeoutMilliseconds = 20_000
    options.commandTimeoutMilliseconds = 20_000
    change(&options)
    return options
  }

  private static func words(_ texts: String...) -> [[UInt8]] { texts.map { Array($0.utf8) } }

  private static func code(_ answer: NodeConnection.Answer) -> RedisError.Code? {
    if case .failure(let error) = answer { error.code } else { nil }
  }

  @Test func everyCommandGetsItsOwnReply() async throws {
    let server = try await ScriptedNode(loop: Self.loop) { "$\($0[1].utf8.count)\r\n\($0[1])\r\n" }
    let connection = NodeConnection(node: server.node, options: Self.options(server.node), loop: Self.loop)
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<500 {
        group.addTask {
          let answer = await connection.send([Self.words("ECHO", "n\(number)")])
          #expect(answer == .success(.bytes(Array("n\(number)".utf8))))
        }
      }
    }
    #expect(server.connectionCount == 1)
  }

  @Test func ofTwoCommandsTheLastReplyCounts() async throws {
    let server = try await ScriptedNode(loop: Self.loop) { $0[0] == "ASKING" ? "+OK\r\n" : ":7\r\n" }
    let connection = NodeConnection(node: server.node, options: Self.options(server.node), loop: Self.loop)
    #expect(await connection.send([Self.words("ASKING"), Self.words("GET", "a")]) == .success(.integer(7)))
    #expect(await connection.send([Self.words("ASKING")]) == .success(.status("OK")))
  }

  @Test func everyReplyCanBeKept() async throws {
    let server = try await ScriptedNode(loop: Self.loop) { $0[0] == "WAIT" ? ":1\r\n" : "-READONLY no\r\n" }
    let connection = NodeConnection(node: server.node, options: Self.options(server.node), loop: Self.loop)
    let commands = [Self.words("SET", "a", "b"), Self.words("WAIT", "1", "1000")]
    // An error of the first must not be hidden by the answer to the second.
    #expect(
      await connection.send(commands, keepsEveryReply: true) == .success(.array([.error("READONLY no"), .integer(1)])))
    #expect(server.seen == [["SET", "a", "b"], ["WAIT", "1", "1000"]])
  }

  @Test func thePasswordGoesFirst() async throws {
    let server = try await ScriptedNode(loop: Self.loop) { _ in "+OK\r\n" }
    let options = Self.options(server.node) { ($0.user, $0.password) = ("store", "secret") }
    let connection = NodeConnection(node: server.node, options: options, loop: Self.loop)
    async let first = connection.send([Self.words("PING")])
    async let second = connection.send([Self.words("PING")])
    #expect(await [first, second] == [.success(.status("OK")), .success(.status("OK"))])
    #expect(server.seen == [["AUTH", "store", "secret"], ["PING"], ["PING"]])
  }

  @Test func aRefusedPasswordSendsNothing() async throws {
    let server = try await ScriptedNode(loop: Self.loop) { _ in "-WRONGPASS no\r\n" }
    let options = Self.options(server.node) { $0.password = "secret" }
    let connection = NodeConnection(node: server.node, options: options, loop: Self.loop)
    #expect(Self.code(await connection.send([Self.words("SET", "a", "b")])) == .unavailable)
    #expect(server.seen == [["AUTH", "secret"]])
  }

  /// Giving up a connection leaves the outcome of the commands sent on it unknown.
  @Test func whatWasSentBeforeTheConnectionWasGivenUpIsNotCertainlyUndone() async throws {
    let server = try await ScriptedNode(loop: Self.loop) { _ in nil }
    let line = NIOLoopBoundBox.makeBoxSendingValue(
      NodeLine(node: server.node, options: Self.options(server.node), loop: Self.loop), eventLoop: Self.loop)
    let (answers, answer) = AsyncStream.makeStream(of: NodeConnection.Answer.self)
    Self.loop.execute { line.value.send([Self.words("SET", "a", "b")]) { answer.yield($0) } }
    while server.seen.isEmpty { await Task.yield() }
    Self.loop.execute { line.value.close() }
    for await answer in answers {
      #expect(Self.code(answer) == .connectionLost)
      break
    }
  }

  @Test func silenceEndsWithTheTime() async throws {
    let server = try await ScriptedNode(loop: Self.loop) { _ in nil }
    let options = Self.options(server.node) {
      $0.commandTimeoutMilliseconds = 50
      $0.openCircuitMilliseconds = 60_000
      $0.openCircuitMaximumMilliseconds = 60_000
    }
    let connection = NodeConnection(node: server.node, options: options, loop: Self.loop)
    let answer = await connection.send([Self.words("GET", "a")])
    #expect(Self.code(answer) == .connectionLost)
    // The circuit is open now: nothing is sent.
    #expect(Self.code(await connection.send([Self.words("GET", "a")])) == .unavailable)
    #expect(server.seen == [["GET", "a"]])
  }

  @Test func afterABreakItConnectsAnew() async throws {
    let server = try await ScriptedNode(loop: Self.loop) { $0[0] == "HANG" ? nil : "+OK\r\n" }
    let options = Self.options(server.node) { $0.openCircuitMilliseconds = 0 }
    let connection = NodeConnection(node: server.node, options: options, loop: Self.loop)
    #expect(await connection.send([Self.words("PING")]) == .success(.status("OK")))
    async let pending = connection.send([Self.words("HANG")])
    while server.seen.count < 2 { await Task.yield() }
    server.breakConnections()
    #expect(Self.code(await pending) == .connectionLost)
    #expect(await connection.send([Self.words("PING")]) == .success(.status("OK")))
    #expect(server.connectionCount == 2)
  }

  /// A node that takes connections and says nothing: one command finds that out, the others go without it at once.
  @Test func afterThePauseOneProbeIsSent() async throws {
    let isSilent = Mutex(true)
    let server = try await ScriptedNode(loop: Self.loop) { _ in isSilent.withLock { $0 } ? nil : "+OK\r\n" }
    let options = Self.options(server.node) {
      $0.commandTimeoutMilliseconds = 100
      ($0.openCircuitMilliseconds, $0.openCircuitMaximumMilliseconds) = (0, 0)
    }
    let connection = NodeConnection(node: server.node, options: options, loop: Self.loop)
    #expect(Self.code(await connection.send([Self.words("FIRST")])) == .connectionLost)
    let codes = await withTaskGroup(of: RedisError.Code?.self) { group in
      for number in 0..<50 { group.addTask { Self.code(await connection.send([Self.words("N\(number)")])) } }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(codes.count { $0 == .connectionLost } == 1)
    #expect(codes.count { $0 == .unavailable } == 49)
    #expect(server.seen.count == 2)
    isSilent.withLock { $0 = false }
    #expect(await connection.send([Self.words("PROBE")]) == .success(.status("OK")))
    #expect(await connection.send([Self.words("NEXT")]) == .success(.status("OK")))
  }

  @Test(arguments: ["!nonsense\r\n", "*-7\r\n", ":x\r\n"])
  func bytesThatAreNoReplyEndTheConnection(text: String) async throws {
    let server = try await ScriptedNode(loop: Self.loop) { _ in text }
    let connection = NodeConnection(node: server.node, options: Self.options(server.node), loop: Self.loop)
    #expect(Self.code(await connection.send([Self.words("PING")])) == .connectionLost)
  }

  @Test func aReplyInPiecesIsOne() async throws {
    let server = try await ScriptedNode(loop: Self.loop) { $0[0] == "A" ? "$10\r\n01234" : "56789\r\n+OK\r\n" }
    let connection = NodeConnection(node: server.node, options: Self.options(server.node), loop: Self.loop)
    async let first = connection.send([Self.words("A")])
    while server.seen.isEmpty { await Task.yield() }
    async let second = connection.send([Self.words("B")])
    #expect(await first == .success(.bytes(Array("0123456789".utf8))))
    #expect(await second == .success(.status("OK")))
  }

  @Test func nobodyThereIsUnavailable() async throws {
    let server = try await ScriptedNode(loop: Self.loop) { _ in "+OK\r\n" }
    let node = server.node
    try await server.channel.close()
    let connection = NodeConnection(node: node, options: Self.options(node), loop: Self.loop)
    #expect(Self.code(await connection.send([Self.words("PING")])) == .unavailable)
  }

  @Test func moreThanMayWaitIsRefused() async throws {
    let server = try await ScriptedNode(loop: Self.loop) { _ in nil }
    let options = Self.options(server.node) { $0.waitingMaximum = 2 }
    let connection = NodeConnection(node: server.node, options: options, loop: Self.loop)
    async let first = connection.send([Self.words("A")])
    async let second = connection.send([Self.words("B")])
    while server.seen.count < 2 { await Task.yield() }
    #expect(Self.code(await connection.send([Self.words("C")])) == .overloaded)
    server.breakConnections()
    #expect(Self.code(await first) == .connectionLost)
    #expect(Self.code(await second) == .connectionLost)
  }
}
