/// The identity of one write, kept through client retries, proxy retries and redelivery: 1 to 128 printable ASCII
/// characters without spaces.
public struct OperationID: Sendable, Hashable, CustomStringConvertible {
  /// The most characters that an operation id may have.
  public static let maximumBytes = 128

  public let text: String

  /// Throws `StoreError` with `operationInvalid`.
  public init(_ text: String) throws(StoreError) {
    let bytes = text.utf8
    guard (1...Self.maximumBytes).contains(bytes.count), bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw StoreError(
        .operationInvalid, "An operation id must have 1 to \(Self.maximumBytes) printable ASCII characters.")
    }
    self.text = text
  }

  /// A new random id: 128 bits in hexadecimal, as NGINX makes them.
  public static func random() -> OperationID {
    var generator = SystemRandomNumberGenerator()
    return OperationID(unchecked: hexadecimal(generator.next()) + hexadecimal(generator.next()))
  }

  private init(unchecked text: String) { self.text = text }

  private static func hexadecimal(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  public var description: String { text }
}
