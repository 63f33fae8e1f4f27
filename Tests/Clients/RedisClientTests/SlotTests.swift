import Endpoints
import Testing

@testable import RedisClient

@Suite("Redis Cluster slots and redirections")
struct SlotTests {
  /// The specification's own vector, and slots that `CLUSTER KEYSLOT` gives.
  @Test func crc16() { #expect(HashSlot.crc16(Array("123456789".utf8)) == 0x31C3) }

  @Test(arguments: [
    ("foo", 12182), ("bar", 5061), ("hello", 866), ("{user1000}.following", 3443), ("{user1000}.followers", 3443),
    ("user1000", 3443), ("", 0),
  ])
  func slots(_ key: String, _ slot: Int) { #expect(HashSlot.slot(of: Array(key.utf8)) == slot) }

  /// An empty tag does not count; the first brace pair decides.
  @Test(arguments: [
    ("foo{}{bar}", "foo{}{bar}", true), ("foo{{bar}}zap", "{bar", false), ("foo{bar}{zap}", "bar", false),
  ])
  func tags(_ key: String, _ same: String, _ whole: Bool) {
    let expected = Int(HashSlot.crc16(Array(same.utf8))) % 16384
    #expect(HashSlot.slot(of: Array(key.utf8)) == expected)
  }

  static let here = HostPort(host: "10.0.0.1", port: 7000)

  @Test(
    arguments: [
      ("MOVED 3999 127.0.0.1:6381", Redirection.moved(slot: 3999, HostPort(host: "127.0.0.1", port: 6381))),
      ("ASK 0 10.0.0.2:7001", .ask(slot: 0, HostPort(host: "10.0.0.2", port: 7001))),
      ("MOVED 5 :6381", .moved(slot: 5, HostPort(host: "10.0.0.1", port: 6381))),
      ("MOVED 5 ::1:6381", .moved(slot: 5, HostPort(host: "::1", port: 6381))),
    ])
  func redirections(_ text: String, _ expected: Redirection) {
    #expect(Redirection(error: text, from: Self.here) == expected)
  }

  @Test(arguments: [
    "ERR wrong", "MOVED", "MOVED x 1.2.3.4:1", "MOVED 16384 1.2.3.4:1", "ASK 1 1.2.3.4", "ASK 1 1.2.3.4:x",
  ])
  func otherErrors(_ text: String) { #expect(Redirection(error: text, from: Self.here) == nil) }

  private func row(_ first: Int64, _ last: Int64, _ nodes: [(String, Int64)]) -> RedisReply {
    .array(
      [.integer(first), .integer(last)]
        + nodes.map { .array([.bytes(Array($0.0.utf8)), .integer($0.1), .bytes(Array("id".utf8))]) })
  }

  @Test func mapOfTheCluster() throws {
    let reply = RedisReply.array([
      row(0, 8191, [("10.0.0.1", 1), ("10.0.0.2", 2)]), row(8192, 16383, [("", 3)]),
    ])
    var map = try SlotMap(clusterSlots: reply, from: Self.here)
    #expect(map.isComplete)
    #expect(map.owner(of: 0) == HostPort(host: "10.0.0.1", port: 1))
    #expect(map.owner(of: 16383) == HostPort(host: "10.0.0.1", port: 3))
    #expect(map.nodes.count == 3)
    map.setOwner(of: 5, HostPort(host: "10.0.0.2", port: 2))
    #expect(map.owner(of: 5)?.port == 2)
    #expect(map.owner(of: 6)?.port == 1)
    #expect(map.slotOwners.map(\.port) == [1, 3, 2])
  }

  @Test func aMapWithHolesIsIncomplete() throws {
    let map = try SlotMap(clusterSlots: .array([row(0, 100, [("a", 1)])]), from: Self.here)
    #expect(!map.isComplete)
    #expect(map.owner(of: 101) == nil)
  }

  @Test(arguments: [RedisReply.null, .array([.integer(1)]), .array([.array([.integer(0), .integer(16384), .null])])])
  func otherShapesAreRefused(_ reply: RedisReply) {
    #expect(throws: RedisError.self) { try SlotMap(clusterSlots: reply, from: Self.here) }
  }

  /// RFC 3174's vectors: Redis names scripts by SHA-1.
  @Test(arguments: [
    ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"), ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
    ("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "84983e441c3bd26ebaae4aa1f95129e5e54670f1"),
  ])
  func sha1(_ text: String, _ digest: String) { #expect(RedisScript(text).digest == digest) }

  @Test func theSuccessorsOfMasters() {
    let other = HostPort(host: "10.0.0.2", port: 7000)
    var (before, after) = (SlotMap(), SlotMap())
    after.setOwner(of: 1, Self.here)
    // Of whom was nothing known.
    #expect(after.successors(of: before).isEmpty)
    before.setOwner(of: 1, Self.here)
    before.setOwner(of: 2, other)
    #expect(after.successors(of: before).isEmpty)
    after.setOwner(of: 2, Self.here)
    #expect(after.successors(of: before) == [Self.here])
  }
}
