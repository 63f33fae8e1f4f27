import Endpoints

/// Where and how to connect.
public struct SQLOptions: Sendable, Hashable {
  /// Each connection attempt takes one at random.
  public var hosts: [HostPort]
  public var user: String
  public var password: String
  public var database: String
  public var applicationName: String
  /// Statements run on every new connection before it is used.
  public var setUp: String
  /// Whether a connection that is not encrypted is refused. Otherwise it is encrypted where the server can.
  public var requiresTLS = false
  /// For the TCP connection and the server's greeting together.
  public var connectTimeoutMilliseconds = 2000
  /// Unacknowledged bytes mean a dead peer after this.
  public var tcpUserTimeoutMilliseconds = 4000

  public init(
    hosts: [HostPort], user: String, password: String, database: String, applicationName: String, setUp: String = ""
  ) {
    precondition(!hosts.isEmpty, "a SQL connection needs at least one host")
    self.hosts = hosts
    self.user = user
    self.password = password
    self.database = database
    self.applicationName = applicationName
    self.setUp = setUp
  }
}
