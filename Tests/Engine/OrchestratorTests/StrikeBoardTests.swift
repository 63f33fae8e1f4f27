import ChaosPlan
import Faults
import Stack
import Testing

@testable import Orchestrator

/// What strikes at the same moment must know of each other, decided without a cluster.
@Suite struct StrikeBoardTests {
  private static let kill = FaultAction.kill(signal: "SIGKILL")
  private static let limit = FaultAction(.cpuLimit, ["cores": 0.1])

  /// Why a kill of a broker is refused while another strike on the leader is still being injected; `nil`: it is not.
  private func refusal(
    after first: FaultAction, of role: Role, isOptional: Bool = false, allowsLoss: Bool = false
  ) throws -> String? {
    let strikes = [(first, Role.leader), (Self.kill, role)].map { action, role in
      Strike.planned(action, Selector(tier: .rabbitmq, role: role), isOptional: isOptional)
    }
    var safety = SafetySettings()
    safety.allowMajorityLoss = allowsLoss
    var board = StrikeBoard(strikes, safety: safety, seed: 1, namespace: "r1")
    for strike in strikes.indices { _ = board.handle(.ordered, of: strike, at: .zero) }
    _ = board.handle(board.aim(0, in: .whole), of: 0, at: .zero)
    guard case .aimed(_, let refusal) = board.aim(1, in: .whole) else {
      Issue.record("no broker was found")
      return nil
    }
    return refusal
  }

  @Test func aFaultThatIsBeingInjectedCountsAsDown() throws {
    let refusal = try #require(try refusal(after: Self.kill, of: .follower))
    #expect(refusal.contains("2 of the 3 nodes of rabbitmq would be down"))
    #expect(try self.refusal(after: Self.kill, of: .follower, allowsLoss: true) == nil)
    // The same node twice is one node, and a node that stays in service is not down.
    #expect(try self.refusal(after: Self.kill, of: .leader) == nil)
    #expect(try self.refusal(after: Self.limit, of: .follower) == nil)
  }

  /// Two random faults do not share a node from the first one's injection on.
  @Test func aNodeThatIsBeingStruckIsHeld() throws {
    let reason = "rabbitmq-1 is already under another fault (cpu-limit)"
    #expect(try refusal(after: Self.limit, of: .leader, isOptional: true) == reason)
    #expect(try refusal(after: Self.limit, of: .leader) == nil)
  }
}
