import Endpoints
import Testing

struct HostPortTests {
  @Test(arguments: [
    ("redis-1:6379", HostPort(host: "redis-1", port: 6_379)),
    ("172.30.87.11:1", HostPort(host: "172.30.87.11", port: 1)),
    ("a:65535", HostPort(host: "a", port: 65_535)),
    ("[::1]:5432", HostPort(host: "::1", port: 5_432)),
    ("[fe80::1%eth0]:80", HostPort(host: "fe80::1%eth0", port: 80)),
  ])
  func isReadAndWritten(_ text: String, _ expected: HostPort) {
    #expect(HostPort(text) == expected)
    #expect(HostPort(text, defaultPort: 9) == expected)
    #expect(expected.description == text)
  }

  @Test(arguments: [("redis-1", "redis-1"), ("10.0.0.1", "10.0.0.1"), ("[::1]", "::1")])
  func thePortMayBeKnown(_ text: String, _ host: String) {
    #expect(HostPort(text, defaultPort: 6_379) == HostPort(host: host, port: 6_379))
    #expect(HostPort(text) == nil)
  }

  @Test(arguments: [
    "", ":", ":1", "a:", "a:x", "a:0", "a:65536", "a:-1", "a:+1", "a: 1", "a :1", "a:1 ", "a:1:2", "::1", "::1:6379",
    "[::1", "[::1]x", "[::1]1", "[::1]:", "[::1]:0", "[]:1", "[a]:1", "a]:1", "[[::1]]:1", "[::1]:1:2", "a:١",
  ])
  func nothingElseIs(_ text: String) {
    #expect(HostPort(text) == nil)
    #expect(HostPort(text, defaultPort: 9) == nil)
  }

  @Test(arguments: [
    ("10.0.0.1:6379", HostPort(host: "10.0.0.1", port: 6_379)),
    ("::1:6379", HostPort(host: "::1", port: 6_379)),
    ("fd00::7:1", HostPort(host: "fd00::7", port: 1)),
  ])
  func thePortIsBehindTheLastColonForRedis(_ text: String, _ expected: HostPort) {
    #expect(HostPort(lastColonIn: text) == expected)
  }

  @Test(arguments: ["", "a", ":1", "a:", "::1:", "a:0", "a:65536", "a:+1", "::1:6379@16379"])
  func redisNeedsThePortToo(_ text: String) { #expect(HostPort(lastColonIn: text) == nil) }
}
