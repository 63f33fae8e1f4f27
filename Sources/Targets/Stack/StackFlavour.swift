import ChaosPlan

/// The system that runs as the SQL tier.
public enum StackFlavour: String, Sendable, Hashable, CaseIterable, Codable {
  case cockroach
  case patroni
}

extension StackFlavour {
  /// The choice in a plan or on the command line.
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
