/// A value: at most 1 MiB of UTF-8. No description contains its text, so that no log line can expose it by accident.
public struct Value: Sendable, Hashable, CustomStringConvertible {
  /// The most bytes that a value may have.
  public static let maximumBytes = 1 << 20

  public let bytes: [UInt8]

  /// Throws `StoreError` with `valueTooLarge` or `valueNotUTF8`.
  public init(bytes: [UInt8]) throws(StoreError) {
    guard bytes.count <= Self.maximumBytes else {
      throw StoreError(.valueTooLarge, "The value has \(bytes.count) bytes; at most \(Self.maximumBytes) are allowed.")
    }
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw StoreError(.valueNotUTF8, "The value is not valid UTF-8.")
    }
    self.bytes = bytes
  }

  /// Throws `StoreError` with `valueTooLarge`.
  public init(_ text: String) throws(StoreError) {
    try self.init(bytes: Array(text.utf8))
  }

  /// The value as text.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  public var description: String { "a value of \(bytes.count) bytes" }
}
