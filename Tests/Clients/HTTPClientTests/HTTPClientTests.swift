import Dispatch
import Synchronization
import TestSupport
import Testing

@testable import HTTPClient

@Suite(.timeLimit(.minutes(10)))
struct HTTPClientTests {
  let client = HTTPClient(HTTPClientConfiguration(maxConnectionsPerHost: 8))

  @Test func aRequestCarriesItsMethodHeadersAndBodyAndTheResponseComesBackWhole() async throws {
    let seen = Mutex("")
    let server = RawServer { connection in
      guard let request = connection.readRequest() else { return }
      seen.withLock { $0 = request }
      connection.answer("{\"a\":1}", status: "201 Created", header: "X-Operation-Id:  op-1 \r\nEmpty:\r\n")
    }
    let response = try await client.send(
      HTTPRequest(
        method: "PUT", url: server.url("/store?ack=committed"), headers: [("Idempotency-Key", "k"), ("X-None", "")],
        body: Array("hello".utf8)))
    #expect(response.status == 201)
    #expect(response.text == "{\"a\":1}")
    #expect(response.header("x-operation-id") == "op-1")
    #expect(response.header("empty") == "")
    #expect(response.header("x-operation") == nil)
    #expect(response.headers.map(\.name) == ["Content-Length", "X-Operation-Id", "Empty"])
    let request = seen.withLock { $0 }
    #expect(request.hasPrefix("PUT /store?ack=committed HTTP/1.1\r\n"))
    #expect(request.contains("\r\nIdempotency-Key: k\r\n"))
    #expect(request.contains("\r\nX-None:\r\n"))
    #expect(request.hasSuffix("\r\n\r\nhello"))
    #expect(!request.lowercased().contains("expect:") && !request.lowercased().contains("content-type:"))
  }

  @Test(arguments: [("GET", nil), ("DELETE", nil), ("POST", []), ("PUT", [UInt8]("x".utf8))])
  func oneHandleServesEveryMethodAfterAnother(method: String, body: [UInt8]?) async throws {
    let server = RawServer { connection in
      while let request = connection.readRequest() { connection.answer(request) }
    }
    for next in [(method, body), ("GET", nil), (method, body)] {
      let response = try await client.send(HTTPRequest(method: next.0, url: server.url(), body: next.1))
      #expect(response.text.hasPrefix(next.0 + " / HTTP/1.1"))
      #expect(response.text.contains("Content-Length") == (next.1 != nil))
    }
  }

  @Test func connectionsAreKeptAndNeverMoreThanAllowed() async throws {
    let connections = Mutex(0)
    let server = RawServer { connection in
      connections.withLock { $0 += 1 }
      while connection.readRequest() != nil { connection.answer("ok") }
    }
    for _ in 0..<20 {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<32 {
          group.addTask {
            let response = try await client.send(HTTPRequest(method: "GET", url: server.url()))
            #expect(response.status == 200)
          }
        }
        try await group.waitForAll()
      }
    }
    #expect(connections.withLock { $0 } <= 8)
  }

  @Test func aRefusedConnectionWasCertainlyNotSent() async {
    var refused: String
    do { refused = RawServer { _ in }.url() }
    await expectError(.connectFailed, certainlyNotSent: true, HTTPRequest(method: "PUT", url: refused, body: [1]))
    refused = "http://no-such-host.invalid/"
    await expectError(.connectFailed, certainlyNotSent: true, HTTPRequest(method: "GET", url: refused))
  }

  @Test func aServerThatDoesNotAnswerTimesOutWithAnUnknownOutcome() async {
    let server = RawServer { connection in
      while connection.readRequest() != nil {}
    }
    await expectError(
      .timedOut, certainlyNotSent: false,
      HTTPRequest(method: "PUT", url: server.url(), body: [1], timeoutMilliseconds: 150))
  }

  @Test func timeSpentWaitingForAConnectionIsCertainlyNotSent() async throws {
    let narrow = HTTPClient(HTTPClientConfiguration(maxConnectionsPerHost: 1))
    let (requests, arrival) = AsyncStream.makeStream(of: Void.self)
    let isOver = DispatchSemaphore(value: 0)
    let server = RawServer { connection in
      guard connection.readRequest() != nil else { return }
      arrival.yield()
      // The only connection is in use until the second request has given up, however long that takes.
      isOver.wait()
      connection.answer("taken")
    }
    async let first = narrow.send(
      HTTPRequest(method: "PUT", url: server.url(), body: [1], timeoutMilliseconds: 600_000))
    for await _ in requests { break }
    await expectError(
      .connectFailed, certainlyNotSent: true,
      HTTPRequest(method: "PUT", url: server.url(), body: [2], timeoutMilliseconds: 150), client: narrow)
    isOver.signal()
    #expect(try await first.status == 200)
  }

  @Test func aConnectionClosedInTheMiddleHasAnUnknownOutcome() async {
    let server = RawServer { connection in
      _ = connection.readRequest()
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart")
    }
    await expectError(
      .connectionLost, certainlyNotSent: false, HTTPRequest(method: "PUT", url: server.url(), body: [1]))
    let silent = RawServer { _ = $0.readRequest() }
    await expectError(
      .connectionLost, certainlyNotSent: false, HTTPRequest(method: "PUT", url: silent.url(), body: [1]))
  }

  /// libcurl would send it again by itself, and an answer to the second copy would prove nothing of the first.
  @Test func aRequestThatAKeptConnectionTookIsNeverSentAgain() async throws {
    let requests = Mutex<[String]>([])
    let server = RawServer { connection in
      while let request = connection.readRequest() {
        requests.withLock { $0.append(String(request.prefix(3))) }
        guard request.hasPrefix("GET") || connection.number > 0 else { return }
        connection.answer("taken")
      }
    }
    _ = try await client.send(HTTPRequest(method: "GET", url: server.url()))
    await expectError(
      .connectionLost, certainlyNotSent: false, HTTPRequest(method: "PUT", url: server.url(), body: [1]))
    _ = try await client.send(HTTPRequest(method: "GET", url: server.url()))
    #expect(requests.withLock { $0 } == ["GET", "PUT", "GET"])
  }

  /// An NGINX that is restarted: it takes a request on a kept connection, resets it, and refuses the next connection.
  @Test(arguments: [true, false])
  func aRequestThatWasTakenBeforeTheServerWentIsUnknown(resets: Bool) async throws {
    let server = VanishingServer(resets: resets)
    _ = try await client.send(HTTPRequest(method: "GET", url: server.url))
    await expectError(
      .connectionLost, certainlyNotSent: false, HTTPRequest(method: "PUT", url: server.url, body: [1]))
    #expect(server.requests == ["GET", "PUT"])
    // No server listens now: this one was certainly not sent.
    await expectError(
      .connectFailed, certainlyNotSent: true, HTTPRequest(method: "PUT", url: server.url, body: [1]))
  }

  @Test func aBadURLIsAnInvalidRequest() async {
    await expectError(.invalidRequest, certainlyNotSent: true, HTTPRequest(method: "GET", url: "ftp://127.0.0.1/"))
    await expectError(.invalidRequest, certainlyNotSent: true, HTTPRequest(method: "GET", url: "http://[::1"))
  }

  @Test func cancellingTheTaskAbortsTheTransfer() async throws {
    let (requests, arrival) = AsyncStream.makeStream(of: Void.self)
    let server = RawServer { connection in
      while connection.readRequest() != nil { arrival.yield() }
    }
    // Ends by itself only as timed out.
    let task = Task {
      await expectError(
        .cancelled, certainlyNotSent: false, HTTPRequest(method: "GET", url: server.url(), timeoutMilliseconds: 30_000))
    }
    for await _ in requests { break }
    task.cancel()
    await task.value
    let cancelledBefore = Task {
      try? await Task.sleep(for: .seconds(60))
      await expectError(.cancelled, certainlyNotSent: false, HTTPRequest(method: "GET", url: server.url()))
    }
    cancelledBefore.cancel()
    await cancelledBefore.value
  }

  @Test func shuttingDownEndsWhatIsUnderWayAndRefusesTheRest() async throws {
    let (requests, arrival) = AsyncStream.makeStream(of: Void.self)
    let server = RawServer { connection in
      while connection.readRequest() != nil { arrival.yield() }
    }
    let client = HTTPClient()
    async let pending: Void = expectError(
      .cancelled, certainlyNotSent: false, HTTPRequest(method: "GET", url: server.url()), client: client)
    for await _ in requests { break }
    client.shutdown()
    await pending
    await expectError(
      .cancelled, certainlyNotSent: false, HTTPRequest(method: "GET", url: server.url()), client: client)
  }

  @Test func aStreamDeliversPiecesAsTheyCome() async throws {
    let server = RawServer { connection in
      _ = connection.readRequest()
      connection.write("HTTP/1.1 200 OK\r\nX-A: b\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n")
      _ = connection.readRequest()
    }
    let response = try await client.stream(HTTPRequest(method: "GET", url: server.url(), timeoutMilliseconds: 0))
    #expect(response.status == 200)
    #expect(response.header("x-a") == "b")
    for try await piece in response.body {
      #expect(String(decoding: piece, as: UTF8.self) == "one")
      break
    }
  }

  @Test func aStreamThatBreaksThrows() async throws {
    let server = RawServer { connection in
      _ = connection.readRequest()
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345")
    }
    let response = try await client.stream(HTTPRequest(method: "GET", url: server.url()))
    var text = ""
    await #expect(throws: HTTPClientError.self) {
      for try await piece in response.body { text += String(decoding: piece, as: UTF8.self) }
    }
    #expect(text == "12345")
  }

  private func expectError(
    _ code: HTTPClientError.Code, certainlyNotSent: Bool, _ request: HTTPRequest, client: HTTPClient? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async {
    do throws(HTTPClientError) {
      let response = try await (client ?? self.client).send(request)
      Issue.record("a response of status \(response.status)", sourceLocation: sourceLocation)
    } catch {
      #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
      #expect(error.certainlyNotSent == certainlyNotSent, sourceLocation: sourceLocation)
    }
  }
}
