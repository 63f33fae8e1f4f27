import ChaosPlan

/// A port that the stack publishes on 127.0.0.1, by the variable of the compose files that sets it.
public enum PublishedPort: String, Sendable, Hashable, CaseIterable {
  case http = "KVCHAOS_HTTP_PORT"
  case rabbitmq1 = "KVCHAOS_RABBITMQ_1_PORT"
  case rabbitmq2 = "KVCHAOS_RABBITMQ_2_PORT"
  case rabbitmq3 = "KVCHAOS_RABBITMQ_3_PORT"
  case sql1 = "KVCHAOS_SQL_1_PORT"
  case sql2 = "KVCHAOS_SQL_2_PORT"
  case sql3 = "KVCHAOS_SQL_3_PORT"

  /// RabbitMQ's management API, in its container.
  static let management = 15_672
  /// NGINX, in its container.
  static let store = 8_000
  /// Patroni's REST API, in its container.
  static let patroni = 8_008
  /// CockroachDB's console, in its container.
  static let cockroach = 8_080

  public var variable: String { rawValue }

  /// The node that publishes it.
  var node: String {
    switch self {
    case .http: "nginx"
    case .rabbitmq1: "rabbitmq-1"
    case .rabbitmq2: "rabbitmq-2"
    case .rabbitmq3: "rabbitmq-3"
    case .sql1: "sql-1"
    case .sql2: "sql-2"
    case .sql3: "sql-3"
    }
  }

  /// The port of the node's container.
  func inside(_ flavour: SQLFlavour) -> Int {
    switch self {
    case .http: Self.store
    case .rabbitmq1, .rabbitmq2, .rabbitmq3: Self.management
    case .sql1, .sql2, .sql3: flavour == .patroni ? Self.patroni : Self.cockroach
    }
  }

  /// The default of the compose files: the port of the project `kvchaos`.
  func usual(_ flavour: SQLFlavour) -> Int {
    switch self {
    case .http: inside(flavour)
    case .rabbitmq1, .sql1: inside(flavour)
    case .rabbitmq2, .sql2: inside(flavour) + 1
    case .rabbitmq3, .sql3: inside(flavour) + 2
    }
  }
}
