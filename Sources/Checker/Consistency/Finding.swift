/// One violation: what is wrong, and the operations that show it.
public struct Finding: Sendable, Hashable, Codable {
  /// The check that is violated.
  public var check: CheckName
  /// The key; `nil` where the history has one object.
  public var key: String?
  /// One sentence for people.
  public var message: String
  /// The operations that show it, in the order of their invocations.
  public var operations: [Operation]

  /// A finding of these fields.
  public init(check: CheckName, key: String?, message: String, operations: [Operation]) {
    self.check = check
    self.key = key
    self.message = message
    self.operations = operations
  }
}
