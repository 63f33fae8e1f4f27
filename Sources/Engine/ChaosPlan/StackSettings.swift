/// A plan's requirements for the stack. The running stack decides the rest.
public struct StackSettings: Sendable, Hashable {
  public var sql: SQLFlavourChoice = .auto
  /// Number of workers; `nil`: as the stack runs.
  public var workers: Int?
  /// Number of APIs; `nil`: as the stack runs.
  public var apis: Int?
}
