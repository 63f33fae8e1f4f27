import Testing

@testable import Faults

@Suite struct RuleTableTests {
  private let table = RuleTable(name: "kvchaos_1")
  private let some = RuleTable.Peers.addresses(["10.0.0.1", "10.0.0.2"])

  @Test func aCutFromEverybodyLeavesTheHost() {
    let network = ContainerNetwork(address: "10.0.0.5", prefixLength: 24, gateway: "10.0.0.254")
    #expect(
      table.creation(.drop(percent: 100), .both, .network(network)) == """
        add table inet kvchaos_1
        flush table inet kvchaos_1
        add chain inet kvchaos_1 input { type filter hook input priority -300; policy accept; }
        add rule inet kvchaos_1 input ip saddr 10.0.0.5/24 ip saddr != 10.0.0.254 counter drop
        add chain inet kvchaos_1 output { type filter hook output priority -300; policy accept; }
        add rule inet kvchaos_1 output ip daddr 10.0.0.5/24 ip daddr != 10.0.0.254 counter drop
        """)
  }

  @Test(arguments: [(PacketDirection.inbound, "input", "saddr"), (.outbound, "output", "daddr")])
  func oneWayIsOneChain(direction: PacketDirection, chain: String, field: String) {
    let text = table.creation(.drop(percent: 30), direction, some)
    #expect(text.contains("\(chain) ip \(field) { 10.0.0.1, 10.0.0.2 } numgen random mod 100 < 30 counter drop"))
    #expect(text.split(separator: "\n").count == 4)
  }

  @Test func aResetItselfGoesThrough() {
    let text = table.creation(.reset(percent: 100), .outbound, some)
    #expect(text.contains("tcp flags & rst == 0 counter reject with tcp reset"))
  }

  @Test func delayedPacketsGoToTheChainOfTheHelper() {
    for effect in [PacketEffect.delay(.seconds(1), jitter: .zero), .throttle(bitsPerSecond: 8_000)] {
      let text = table.creation(effect, .outbound, some)
      #expect(text.contains("add chain inet kvchaos_1 delay\n"))
      #expect(text.hasSuffix("ip daddr { 10.0.0.1, 10.0.0.2 } counter jump delay"))
    }
  }

  /// No command ever names another table, and none flushes or deletes more than its own.
  @Test func onlyTheOwnTableIsTouched() {
    let effects: [PacketEffect] = [
      .drop(percent: 5), .reset(percent: 5), .delay(.seconds(1), jitter: .zero), .throttle(bitsPerSecond: 1),
      .dropNameQueries,
    ]
    for text in effects.map({ table.creation($0, .both, some) }) + [table.deletion] {
      for line in text.split(separator: "\n") { #expect(line.split(separator: " ")[3] == "kvchaos_1", "\(line)") }
    }
  }

  @Test func onlyTheSuitesTablesAreListed() {
    let listing = "table ip nat\ntable inet kvchaos_ab\ntable inet other_kvchaos_x\ntable inet kvchaos_cd\n"
    #expect(RuleTable.names(in: listing) == ["kvchaos_ab", "kvchaos_cd"])
  }

  @Test func reportsOfEchoesAreRead() throws {
    let report = try #require(
      EchoReport("10.0.0.1 sent=5 received=4 median_us=90 span_us=400\n10.0.0.2 sent=5 received=0\n"))
    #expect(report.answering == ["10.0.0.1"])
    #expect(report.lostShare == 0.6)
    #expect(report.lines[0].median == .microseconds(90))
    #expect(EchoReport("no socket can be created") == nil)
    #expect(EchoReport("") == nil)
  }
}
