import Faults
import Testing

@testable import Stack

/// What the table of nodes says of them.
struct StatusTableTests {
  /// The engine has not looked yet: that is no state of the node.
  @Test(arguments: [(ContainerState.Health.starting, "running"), (.healthy, "healthy"), (.unhealthy, "unhealthy")])
  func aStateIsNotWhatTheEngineHasYetToSee(health: ContainerState.Health, word: String) {
    let node = StackNode(
      name: "sql-1", container: "sql-1", id: "sql-1", tier: .sql, roles: [.leader], detail: "leads",
      state: ContainerState(status: .running, health: health, exitCode: nil, startedAt: ""))
    #expect(StackStatus(flavour: .patroni, nodes: [node]).table.contains("sql-1  sql   \(word)"))
  }

  @Test func theStackNamesThoseThatLackSomething() {
    func node(_ name: String, lack: String?) -> StackNode {
      StackNode(
        name: name, container: name, id: name, tier: .sql, roles: [.follower], detail: "",
        state: ContainerState(status: .running, health: nil, exitCode: nil, startedAt: ""), lack: lack)
    }
    let status = StackStatus(flavour: .patroni, nodes: [node("sql-1", lack: "is paused"), node("sql-2", lack: nil)])
    #expect(status.lacking.map(\.description) == ["sql-1 is paused"])
    #expect(status.table.contains("sql-1 is paused"))
  }
}
