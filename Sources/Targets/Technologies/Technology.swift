import ChaosPlan

/// A system that runs as a tier: how its nodes tell the role that each has now, and what a node lacks.
///
/// A technology is one folder: this protocol's methods ask the nodes, and types beside them read the answers. Nothing
/// outside the folder knows the technology but the catalogue.
package protocol Technology: Sendable {
  /// The word for it in target files.
  static var name: String { get }
  /// The roles that its nodes can have, and how many have each.
  static var roles: [TierRole] { get }
  /// The role of the nodes that own keys, each its own; `nil`: none do.
  static var keyOwner: Role? { get }
  /// The role of the nodes whose majority decides; `nil`: the majority of all.
  static var voter: Role? { get }
  /// Whether its programs can be told to load a library before they start. A static program cannot.
  static var isPreloadable: Bool { get }

  /// - Parameter settings: its tier in a target file, from which it reads its own words. What is wrong with them is
  ///   reported there.
  init(_ settings: MappingReader)

  /// The current role of each running node, by name. A node that is left out is unknown: neither it nor another one
  /// answered for it.
  ///
  /// - Parameters:
  ///   - tier: the nodes' tier, which the port knows.
  ///   - subject: what the leader leads, where that differs within one cluster; `nil`: as the target says.
  func roles(of tier: Tier, leading subject: String?, asking port: any NodePort) async -> NodeRoles

  /// The settings that a promise of the tier rests on, as the running nodes report them; those that none reports are
  /// left out.
  func settings(of tier: Tier, asking port: any NodePort) async -> [TierSetting]
}

extension Technology {
  package static var keyOwner: Role? { nil }
  package static var voter: Role? { nil }
  package static var isPreloadable: Bool { true }

  package func settings(of _: Tier, asking _: any NodePort) async -> [TierSetting] { [] }
}

/// Roles by the names of nodes.
package typealias NodeRoles = [String: NodeRole]

/// The role of one node, in its tier's words.
package struct NodeRole: Sendable, Hashable {
  package var roles: Set<Role>
  package var detail: String
  /// The slots of keys that it owns; `nil` where keys have none.
  package var slots: [ClosedRange<Int>]?
  /// The node that it copies, by name.
  package var follows: String?
  /// Why the node does not do its part in its tier; `nil`: no problem that the tier knows of.
  package var lack: String?

  package init(
    roles: Set<Role>, detail: String, slots: [ClosedRange<Int>]? = nil, follows: String? = nil, lack: String? = nil
  ) {
    self.roles = roles
    self.detail = detail
    self.slots = slots
    self.follows = follows
    self.lack = lack
  }
}
