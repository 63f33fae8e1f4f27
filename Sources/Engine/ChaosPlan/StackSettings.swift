/// A plan's requirements for the stack. The running stack decides the rest.
public struct StackSettings: Sendable, Hashable {
  public var sql: SQLFlavourChoice
  /// Number of workers; `nil`: as the stack runs.
  public var workers: Int?
  /// Number of APIs; `nil`: as the stack runs.
  public var apis: Int?

  public init(sql: SQLFlavourChoice = .auto, workers: Int? = nil, apis: Int? = nil) {
    self.sql = sql
    self.workers = workers
    self.apis = apis
  }

  /// How many nodes a tier is to have that can have any number; `nil`: as the stack runs.
  func nodes(of tier: Tier) -> Int? { ["worker": workers, "api": apis][tier.rawValue] ?? nil }
}
