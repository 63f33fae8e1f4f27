/// How an `HTTPClient` connects.
public struct HTTPClientConfiguration: Sendable {
  /// The maximum number of connections to one host; further requests wait for one to be free, within their own time
  /// limit.
  public var maxConnectionsPerHost: Int
  /// Connects to this Unix domain socket whatever the URL's host is; `nil` for TCP.
  public var unixSocketPath: String?

  /// - Parameters:
  ///   - maxConnectionsPerHost: at least 1.
  ///   - unixSocketPath: `nil` for TCP.
  public init(maxConnectionsPerHost: Int = 64, unixSocketPath: String? = nil) {
    self.maxConnectionsPerHost = maxConnectionsPerHost
    self.unixSocketPath = unixSocketPath
  }
}
