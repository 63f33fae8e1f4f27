/// A plan's requirements for the stack. The running stack decides the rest.
public struct StackSettings: Sendable, Hashable {
  public var sql: SQLFlavourChoice = .auto
  /// Number of workers; `nil`: as the stack runs.
  public var workers: Int?
  /// Number of APIs; `nil`: as the stack runs.
  public var apis: Int?

  /// How many nodes a tier is to have that can have any number; `nil`: as the stack runs.
  func nodes(of tier: Tier) -> Int? { ["worker": workers, "api": apis][tier.rawValue] ?? nil }
}
