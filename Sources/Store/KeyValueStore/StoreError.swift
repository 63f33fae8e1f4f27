/// What can be wrong with a key, a value, an operation id or an encoded message; the text says what to change.
public struct StoreError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kinds of error, each with one meaning.
  public enum Code: String, Sendable, Hashable {
    /// The key is empty.
    case keyEmpty
    /// The key has more than `Key.maximumBytes` bytes.
    case keyTooLong
    /// The key's bytes are not UTF-8.
    case keyNotUTF8
    /// The value has more than `Value.maximumBytes` bytes.
    case valueTooLarge
    /// The value's bytes are not UTF-8.
    case valueNotUTF8
    /// The operation id is empty, too long, or has a character outside printable ASCII.
    case operationInvalid
    /// The bytes are not a command or reply that this version can read.
    case malformedMessage
  }

  public let code: Code
  public let detail: String
  public let file: String
  public let line: Int

  public init(_ code: Code, _ detail: String, file: String = #fileID, line: Int = #line) {
    self.code = code
    self.detail = detail
    self.file = file
    self.line = line
  }

  public var description: String { detail }
}
