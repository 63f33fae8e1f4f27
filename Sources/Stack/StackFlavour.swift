import ChaosPlan

/// What the SQL tier really is.
public enum StackFlavour: String, Sendable, Hashable, CaseIterable, Codable {
  case cockroach
  case patroni
}

extension StackFlavour {
  /// As a plan, or a person, asks for it.
  public var choice: SQLChoice {
    switch self {
    case .cockroach: .cockroach
    case .patroni: .patroni
    }
  }
}

extension SQLChoice {
  /// `nil` where the choice is left open.
  var flavour: StackFlavour? {
    switch self {
    case .cockroach: .cockroach
    case .patroni: .patroni
    case .auto: nil
    }
  }
}
