/// A response whose body is still arriving.
public struct HTTPResponseStream: Sendable {
  public let status: Int
  /// The body in pieces as they arrive, of any size. Ends with the body; throws `HTTPClientError` if the transfer
  /// fails. Letting go of it (or breaking out of the loop) aborts the transfer.
  public let body: AsyncThrowingStream<[UInt8], any Error>
  let headerBlock: [UInt8]

  /// The value of the first header of that name, without regard to case; `nil` where there is none.
  public func header(_ name: String) -> String? {
    HeaderBlock.value(of: name, in: headerBlock)
  }
}
