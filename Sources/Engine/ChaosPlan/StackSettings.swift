/// A plan's requirements for the stack. The running stack decides the rest.
public struct StackSettings: Sendable, Hashable {
  public var sql: SQLChoice
  /// Number of workers; `nil`: as the stack runs.
  public var workers: Int?
  /// Number of APIs; `nil`: as the stack runs.
  public var apis: Int?

  public init(sql: SQLChoice = .auto, workers: Int? = nil, apis: Int? = nil) {
    self.sql = sql
    self.workers = workers
    self.apis = apis
  }
}

/// Which flavour of the SQL tier a plan asks for.
public enum SQLChoice: String, Sendable, Hashable, CaseIterable, Codable {
  /// CockroachDB where its image can be had, else Patroni.
  case auto
  case cockroach
  case patroni
}
