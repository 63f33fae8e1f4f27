import Faults

/// Something that a fault left behind.
public struct Residue: Sendable, Hashable, CustomStringConvertible {
  public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    /// A table of rules in a container's network.
    case rules
    /// A container beside the stack's own.
    case helper
    /// A fault inside a running container: a false clock, a faulty disk, a limit on file descriptors.
    case inside
    /// A container of the stack that is paused.
    case paused
    /// A container of the stack that does not run.
    case down
    /// A container of the stack that existed before and was removed.
    case missing
    /// A fault whose undo is still open in the ledger.
    case undo
  }

  public var kind: Kind
  /// The container's full name.
  public var container: String
  /// Details: a table's name, a state.
  public var detail: String

  public init(kind: Kind, container: String, detail: String) {
    self.kind = kind
    self.container = container
    self.detail = detail
  }

  public var description: String {
    switch kind {
    case .rules: "rules of \(detail) are in the network of \(container)"
    case .helper: "the helper \(container) is still there"
    case .inside: "the \(detail) of \(container)'s processes is still faulty"
    case .paused: "\(container) is paused"
    case .down: "\(container) is down (\(detail))"
    case .missing: "\(container) is gone: its container was removed"
    case .undo: "the ledger has an open undo of \(container): \(detail)"
    }
  }
}
