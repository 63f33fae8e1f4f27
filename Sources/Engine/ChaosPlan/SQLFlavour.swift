/// The system that runs as the SQL tier.
public enum SQLFlavour: String, Sendable, Hashable, CaseIterable, Codable {
  case cockroach
  case patroni

  /// The name that people use.
  public var title: String {
    switch self {
    case .cockroach: "CockroachDB"
    case .patroni: "PostgreSQL with Patroni"
    }
  }

  public var other: SQLFlavour {
    switch self {
    case .cockroach: .patroni
    case .patroni: .cockroach
    }
  }
}

/// What a plan, a command or `KVCHAOS_SQL` asks for.
public enum SQLFlavourChoice: String, Sendable, Hashable, CaseIterable, Codable {
  /// CockroachDB where its image can be had, else Patroni.
  case auto
  case cockroach
  case patroni

  public init(_ flavour: SQLFlavour) {
    switch flavour {
    case .cockroach: self = .cockroach
    case .patroni: self = .patroni
    }
  }

  /// `nil` where the choice is left open.
  public var flavour: SQLFlavour? {
    switch self {
    case .auto: nil
    case .cockroach: .cockroach
    case .patroni: .patroni
    }
  }
}
