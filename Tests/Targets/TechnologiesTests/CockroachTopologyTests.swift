import Testing

@testable import Technologies

/// What a CockroachDB server of 22.1 prints, for `CockroachTopology.script`.
struct CockroachTopologyTests {
  private static let header = "id\taddress\tsql_address\tbuild\tstarted_at\tupdated_at\tlocality\tis_available\tis_live"
  private static let names = Dictionary(uniqueKeysWithValues: (1...3).map { ("172.30.87.4\($0)", "sql-\($0)") })
  private static let nodes = ["sql-1", "sql-2", "sql-3"]

  private static func row(_ id: Int, _ node: Int?, _ isLive: Bool) -> String {
    let address = node.map { "172.30.87.4\($0):26257" } ?? "NULL"
    return "\(id)\t\(address)\t\(address)\tv22.1.0\t2026-11-29 20:00:00\t2026-11-29 20:05:00\t\t\(isLive)\t\(isLive)"
  }

  private static func answer(_ rows: [String], leases: String) -> String {
    ([header] + rows + ["", "lease_holder\tcount", leases, ""]).joined(separator: "\n")
  }

  private func roles(_ answer: String) throws -> NodeRoles {
    CockroachTopology.roles(
      try #require(CockroachTopology.View(answer)), table: "entries", names: Self.names, nodes: Self.nodes)
  }

  private static let sound = [row(1, 1, true), row(2, 3, true), row(3, 2, true)]

  /// The ids are assigned in the order of joining, which is not the number in the node's name.
  @Test func theLeaseholderOfTheTableLeads() throws {
    let roles = try roles(Self.answer(Self.sound, leases: "2\t1"))
    #expect(roles["sql-3"] == .init(roles: [.leader], detail: "holds 1 of 1 lease of entries"))
    #expect(roles["sql-1"] == .init(roles: [.follower], detail: "holds 0 of 1 lease of entries"))
    #expect(roles["sql-2"]?.lack == nil)
  }

  /// A table that was split: the one with the most leads, of several the first by name.
  @Test(arguments: [("1\t2\n3\t1", "sql-1"), ("2\t2\n3\t2", "sql-2")])
  func ofSeveralRangesTheMostDecide(leases: String, leader: String) throws {
    let roles = try roles(Self.answer(Self.sound, leases: leases))
    #expect(roles.filter { $0.value.roles == [.leader] }.map(\.key) == [leader])
  }

  @Test(arguments: ["NULL\t1", "0\t1", "9\t1", ""])
  func aLeaseThatNobodyHoldsMakesNoLeader(leases: String) throws {
    #expect(try roles(Self.answer(Self.sound, leases: leases)).values.allSatisfy { $0.roles == [.follower] })
  }

  /// The old id has the address of the node that came back under a new one, or none any more.
  @Test(arguments: [row(3, 2, false), row(3, nil, false)])
  func anIdThatNobodyHasAnyMoreIsALack(dead: String) throws {
    let rows = [Self.row(1, 1, true), Self.row(2, 3, true), dead, Self.row(4, 2, true)]
    let roles = try roles(Self.answer(rows, leases: "4\t1"))
    #expect(roles["sql-2"]?.roles == [.leader])
    #expect(
      roles["sql-2"]?.lack == "has not replaced node id 3, which is dead and still a member (`kvchaos heal`)")
    #expect(roles["sql-1"]?.lack == nil)
    #expect(roles["sql-3"]?.lack == nil)
  }

  @Test func aNodeThatIsDeadToTheOthersSaysSo() throws {
    let rows = [Self.row(1, 1, true), Self.row(2, 3, false), Self.row(3, 2, true)]
    let roles = try roles(Self.answer(rows, leases: "1\t1"))
    #expect(roles["sql-3"]?.lack == "counts as dead for the other nodes")
    #expect(roles["sql-1"]?.lack == nil)
  }

  /// A leader that was cut off goes on believing that it leads.
  @Test func onlyTheMajoritysViewIsToBeBelieved() throws {
    let minority = [Self.row(1, 1, true), Self.row(2, 3, false), Self.row(3, 2, false)]
    #expect(try !#require(CockroachTopology.View(Self.answer(minority, leases: "1\t1"))).hasMajority)
    #expect(try #require(CockroachTopology.View(Self.answer(Self.sound, leases: "1\t1"))).hasMajority)
  }

  @Test(arguments: ["", "ERROR: cannot dial server.", header, header + "\n\n", "id\tis_live\n\nlease_holder\tcount\n"])
  func whatIsNoAnswerIsNoView(text: String) {
    #expect(CockroachTopology.View(text) == nil)
  }

  /// Since 26.1 it is closed to all clients, including the tool.
  @Test func nothingInternalIsAsked() {
    let script = CockroachTopology.script(table: "cap_c1_register")
    #expect(!script.contains("crdb_" + "internal"))
    #expect(script.contains("FROM TABLE kv.public.cap_c1_register"))
  }
}
