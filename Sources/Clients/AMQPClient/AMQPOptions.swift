import Endpoints

/// Where and how to connect.
public struct AMQPOptions: Sendable, Hashable {
  /// Tried in random order, each attempt with another one.
  public var hosts: [HostPort]
  public var user: String
  public var password: String
  public var virtualHost: String
  /// Shown in the management UI.
  public var connectionName: String
  /// Negotiated with the broker; either side gives the connection up after two silent intervals, so this bounds how
  /// long a frozen peer goes unnoticed: 8 s.
  public var heartbeatSeconds = 4
  /// For the TCP connection and, again, for the handshake and each synchronous method.
  public var connectTimeoutMilliseconds = 2000
  /// Publishes that may be unconfirmed at once; beyond it, publishing fails at once as not sent.
  public var unconfirmedMaximum = 4096

  public init(hosts: [HostPort], user: String, password: String, virtualHost: String = "/", connectionName: String) {
    precondition(!hosts.isEmpty, "an AMQP connection needs at least one host")
    self.hosts = hosts
    self.user = user
    self.password = password
    self.virtualHost = virtualHost
    self.connectionName = connectionName
  }
}
