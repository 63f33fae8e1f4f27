/// A statement with binary parameters.
public struct SQLStatement: Sendable, Hashable {
  public let text: String
  public let parameters: [SQLParameter]

  public init(_ text: String, _ parameters: [SQLParameter] = []) {
    self.text = text
    self.parameters = parameters
  }
}

/// A parameter of one of the few types that the store uses.
public enum SQLParameter: Sendable, Hashable {
  case bytes([UInt8]?)
  case text(String)
  case integer(Int64)
  case bytesArray([[UInt8]?])
  case textArray([String])
  case integerArray([Int64?])
  case booleanArray([Bool])

  /// The type's OID (pg_type.dat).
  var typeIdentifier: UInt32 {
    switch self {
    case .bytes: 17
    case .integer: 20
    case .text: 25
    case .bytesArray: 1001
    case .textArray: 1009
    case .integerArray: 1016
    case .booleanArray: 1000
    }
  }

  /// PostgreSQL's binary format; nil is NULL.
  var encoded: [UInt8]? {
    switch self {
    case .bytes(let bytes): bytes
    case .text(let text): Array(text.utf8)
    case .integer(let number): Self.bigEndian(number)
    case .bytesArray(let elements): Self.array(of: 17, elements)
    case .textArray(let elements): Self.array(of: 25, elements.map { Array($0.utf8) })
    case .integerArray(let elements): Self.array(of: 20, elements.map { $0.map { Self.bigEndian($0) } })
    case .booleanArray(let elements): Self.array(of: 16, elements.map { [$0 ? 1 : 0] })
    }
  }

  private static func bigEndian<T: FixedWidthInteger>(_ number: T) -> [UInt8] {
    withUnsafeBytes(of: number.bigEndian) { Array($0) }
  }

  /// One dimension, lower bound 1 (array_send in PostgreSQL's arrayfuncs.c).
  private static func array(of type: Int32, _ elements: [[UInt8]?]) -> [UInt8] {
    let hasNull: Int32 = elements.contains { $0 == nil } ? 1 : 0
    var bytes = bigEndian(Int32(elements.isEmpty ? 0 : 1)) + bigEndian(hasNull) + bigEndian(type)
    guard !elements.isEmpty else { return bytes }
    bytes += bigEndian(Int32(elements.count)) + bigEndian(Int32(1))
    for element in elements {
      guard let element else {
        bytes += bigEndian(Int32(-1))
        continue
      }
      bytes += bigEndian(Int32(element.count))
      bytes += element
    }
    return bytes
  }
}
