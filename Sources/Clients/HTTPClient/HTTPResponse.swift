/// One HTTP response, complete.
public struct HTTPResponse: Sendable {
  public var status: Int
  public var body: [UInt8]
  /// The header lines as received, CRLF between them: most callers look at one or two, so nothing is parsed before.
  var headerBlock: [UInt8]

  init(status: Int, headerBlock: [UInt8], body: [UInt8]) {
    self.status = status
    self.headerBlock = headerBlock
    self.body = body
  }

  public init(status: Int, headers: [(name: String, value: String)], body: [UInt8]) {
    self.init(
      status: status, headerBlock: Array(headers.map { "\($0.name): \($0.value)\r\n" }.joined().utf8), body: body)
  }

  /// Every header in the order received, names as written by the server.
  public var headers: [(name: String, value: String)] {
    HeaderBlock.lines(of: headerBlock).compactMap { line in
      guard let colon = line.firstIndex(of: HeaderBlock.colon) else { return nil }
      return (
        String(decoding: line[..<colon], as: UTF8.self),
        String(decoding: HeaderBlock.trimmed(line[(colon + 1)...]), as: UTF8.self)
      )
    }
  }

  /// The value of the first header of that name, without regard to case; `nil` where there is none.
  public func header(_ name: String) -> String? {
    HeaderBlock.value(of: name, in: headerBlock)
  }

  /// The body as text; bytes that are not UTF-8 become U+FFFD.
  public var text: String { String(decoding: body, as: UTF8.self) }
}
