import ChaosPlan
import Faults

/// A container of the stack and its current state.
public struct StackNode: Sendable, Hashable {
  /// The name in the stack, e.g. `redis-1`.
  public var name: String
  /// The container's full name, e.g. `kvchaos-redis-1`.
  public var container: String
  /// The container's id.
  public var id: String
  public var tier: Tier
  /// Empty when no node answered.
  public var roles: Set<Role>
  /// The role in words, e.g. `master of 0-5460`, `leads 3 and holds 8 of 8 queues`, `leader, timeline 3`; `unknown`
  /// when no node answered.
  public var detail: String
  public var state: ContainerState
  /// The slots of a Redis master; `nil` for everything else.
  public var slots: [ClosedRange<Int>]?
  /// The name of the node that a Redis replica copies; `nil` for everything else, and where it is not known.
  public var follows: String?
  /// Its address in the stack's network; `nil` while it is down.
  public var address: String?
  /// What it lacks to do its part in its tier, in a few words, e.g. `does not stream from the leader (stopped)`; `nil`
  /// if no problem is known.
  public var lack: String?

  public init(
    name: String, container: String, id: String, tier: Tier, roles: Set<Role>, detail: String, state: ContainerState,
    slots: [ClosedRange<Int>]? = nil, follows: String? = nil, address: String? = nil, lack: String? = nil
  ) {
    self.name = name
    self.container = container
    self.id = id
    self.tier = tier
    self.roles = roles
    self.detail = detail
    self.state = state
    self.slots = slots
    self.follows = follows
    self.address = address
    self.lack = lack
  }

  /// As faults name it.
  public var target: FaultTarget { FaultTarget(node: name, container: container) }
}
