/// One HTTP/1.1 request.
public struct HTTPRequest: Sendable {
  /// `GET`, `PUT`, `DELETE`, …: sent as it stands.
  public var method: String
  /// Absolute, percent-encoded, scheme `http`.
  public var url: String
  public var headers: [(name: String, value: String)]
  /// Sent with its length; `nil` sends none.
  public var body: [UInt8]?
  /// The limit of name resolution and connecting; 0 takes libcurl's default of 300 s.
  public var connectTimeoutMilliseconds: Int
  /// The limit of everything, waiting for a free connection included; 0 is no limit.
  public var timeoutMilliseconds: Int

  public init(
    method: String, url: String, headers: [(name: String, value: String)] = [], body: [UInt8]? = nil,
    connectTimeoutMilliseconds: Int = 2_000, timeoutMilliseconds: Int = 10_000
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.connectTimeoutMilliseconds = connectTimeoutMilliseconds
    self.timeoutMilliseconds = timeoutMilliseconds
  }
}
