/// A key: 1 to 512 bytes of UTF-8.
///
/// Two keys are the same when their bytes are; Swift's `String` equality would join canonically equivalent texts.
public struct Key: Sendable, Hashable, CustomStringConvertible {
  /// The most bytes that a key may have.
  public static let maximumBytes = 512

  public let bytes: [UInt8]

  /// Throws `StoreError` with `keyEmpty`, `keyTooLong` or `keyNotUTF8`.
  public init(bytes: [UInt8]) throws(StoreError) {
    guard !bytes.isEmpty else { throw StoreError(.keyEmpty, "The key is empty; it must have 1 to 512 bytes.") }
    guard bytes.count <= Self.maximumBytes else {
      throw StoreError(.keyTooLong, "The key has \(bytes.count) bytes; at most \(Self.maximumBytes) are allowed.")
    }
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw StoreError(.keyNotUTF8, "The key is not valid UTF-8.")
    }
    self.bytes = bytes
  }

  /// Throws `StoreError` with `keyEmpty` or `keyTooLong`.
  public init(_ text: String) throws(StoreError) {
    try self.init(bytes: Array(text.utf8))
  }

  /// The key as text.
  public var description: String { String(decoding: bytes, as: UTF8.self) }
}
