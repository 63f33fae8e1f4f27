extension Command {
  /// The versions that `encoded()` writes: the second is the first with a condition, and is written only where there is
  /// one. A reader refuses every other one, so a roll-out changes workers first.
  public static let wireVersion: UInt8 = 1
  public static let conditionalWireVersion: UInt8 = 2

  private static let putKind: UInt8 = 1
  private static let deleteKind: UInt8 = 2
  private static let versionCondition: UInt8 = 1
  private static let absentCondition: UInt8 = 2

  /// The message's bytes: version (1), kind (1: put, 2: delete), accepted-at ms (8), operation (2 + n), key (2 + n),
  /// in version 2 the condition (1: the key's version is, 2: absent) and its version (8), value (4 + n; a put only).
  /// Integers are big-endian.
  public func encoded() -> [UInt8] {
    let operationBytes = Array(operation.text.utf8)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(27 + operationBytes.count + key.bytes.count + (value?.bytes.count ?? 0))
    bytes.append(condition == nil ? Self.wireVersion : Self.conditionalWireVersion)
    bytes.append(value == nil ? Self.deleteKind : Self.putKind)
    bytes.append(bigEndian: UInt64(bitPattern: acceptedAtMilliseconds))
    bytes.append(bigEndian: UInt16(operationBytes.count))
    bytes += operationBytes
    bytes.append(bigEndian: UInt16(key.bytes.count))
    bytes += key.bytes
    switch condition {
    case .version(let version):
      bytes.append(Self.versionCondition)
      bytes.append(bigEndian: UInt64(bitPattern: version))
    case .absent:
      bytes.append(Self.absentCondition)
      bytes.append(bigEndian: UInt64(0))
    case nil: break
    }
    if let value {
      bytes.append(bigEndian: UInt32(value.bytes.count))
      bytes += value.bytes
    }
    return bytes
  }

  /// Reads what `encoded()` wrote. Throws `StoreError`: `malformedMessage`, or what is wrong with a part.
  public init(encoded bytes: [UInt8]) throws(StoreError) {
    var reader = ByteReader(bytes)
    let version = try reader.integer(UInt8.self, "the version")
    guard version == Self.wireVersion || version == Self.conditionalWireVersion else {
      throw StoreError(.malformedMessage, "The message has wire version \(version); this program reads 1 and 2.")
    }
    let kind = try reader.integer(UInt8.self, "the kind")
    let acceptedAt = Int64(bitPattern: try reader.integer(UInt64.self, "the time"))
    let operationLength = Int(try reader.integer(UInt16.self, "the operation's length"))
    let operationBytes = try reader.take(operationLength, "the operation")
    guard let operationText = String(validating: operationBytes, as: UTF8.self) else {
      throw StoreError(.malformedMessage, "The operation id is not text.")
    }
    let operation = try OperationID(operationText)
    let keyLength = Int(try reader.integer(UInt16.self, "the key's length"))
    let key = try Key(bytes: Array(try reader.take(keyLength, "the key")))
    let condition = version == Self.conditionalWireVersion ? try Self.condition(&reader) : nil
    let effect: Effect
    switch kind {
    case Self.putKind:
      let length = Int(try reader.integer(UInt32.self, "the value's length"))
      effect = .put(try Value(bytes: Array(try reader.take(length, "the value"))))
    case Self.deleteKind:
      effect = .delete
    default:
      throw StoreError(.malformedMessage, "The message has the unknown kind \(kind).")
    }
    guard reader.isAtEnd else { throw StoreError(.malformedMessage, "The message has bytes after its end.") }
    self.init(
      operation: operation, key: key, effect: effect, condition: condition, acceptedAtMilliseconds: acceptedAt)
  }

  private static func condition(_ reader: inout ByteReader) throws(StoreError) -> Condition {
    let kind = try reader.integer(UInt8.self, "the condition")
    let version = Int64(bitPattern: try reader.integer(UInt64.self, "the condition's version"))
    switch kind {
    case versionCondition: return .version(version)
    case absentCondition: return .absent
    default: throw StoreError(.malformedMessage, "The message has the unknown condition \(kind).")
    }
  }
}
