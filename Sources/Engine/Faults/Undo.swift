/// The undo of a fault, as data: it outlives the process that injected the fault.
public struct Undo: Sendable, Hashable, Codable {
  /// Which fault's `heal` understands the rest.
  public var kind: FaultKind
  public var target: FaultTarget
  /// What this kind needs to know besides, e.g. the name of a rule table or the limit that was there before.
  public var parameters: [String: String]

  public init(kind: FaultKind, target: FaultTarget, parameters: [String: String] = [:]) {
    self.kind = kind
    self.target = target
    self.parameters = parameters
  }
}
