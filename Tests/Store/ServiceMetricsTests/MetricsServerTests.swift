import Glibc
import ServiceMetrics
import Testing

@Suite("The metrics' own server")
struct MetricsServerTests {
  private func server() throws -> (MetricsServer, Counter) {
    let registry = MetricsRegistry()
    let counter = registry.counter("kv_x_total", "X.")
    return (try #require(MetricsServer(port: 0, registry: registry)), counter)
  }

  @Test func servesTheText() throws {
    let (server, counter) = try server()
    counter.add(7)
    let answer = try #require(LocalHTTP.get("/metrics", port: server.port))
    #expect(answer.status == 200)
    #expect(String(decoding: answer.body, as: UTF8.self).hasSuffix("kv_x_total 7\n"))
    #expect(LocalHTTP.get("/metrics?name=x", port: server.port)?.status == 200)
    #expect(LocalHTTP.get("/", port: server.port)?.status == 404)
    withExtendedLifetime(server) {}
  }

  @Test func aClientThatSaysNothingHoldsItUpForTwoSecondsOnly() throws {
    let (server, _) = try server()
    let silent = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(silent) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = server.port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let connected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(silent, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    try #require(connected == 0)
    #expect(LocalHTTP.get("/metrics", port: server.port, withinSeconds: 10)?.status == 200)
    withExtendedLifetime(server) {}
  }

  @Test func aTakenPortIsRefused() throws {
    let (server, _) = try server()
    #expect(MetricsServer(port: server.port, registry: MetricsRegistry()) == nil)
    withExtendedLifetime(server) {}
  }

  @Test func nobodyAnswersOnAClosedPort() throws {
    let port = try server().0.port
    // The server ended with the line above; its thread closes the listener.
    let end = ContinuousClock.now + .seconds(5)
    while LocalHTTP.get("/metrics", port: port) != nil, ContinuousClock.now < end { usleep(1000) }
    #expect(LocalHTTP.get("/metrics", port: port) == nil)
  }
}
