/// A worker's answer to an API that waits for a commit.
public struct Reply: Sendable, Hashable {
  /// What became of the operation.
  public enum Result: Sendable, Hashable {
    /// The table has it; a redelivered or retried operation gives the version recorded for it.
    case committed(version: Int64)
    /// The operation's condition did not hold; the version that the key had (0: never written).
    case refused(version: Int64)
    /// The operation id was used for another write before.
    case conflict
  }

  /// The version that `encoded()` writes. An API drops replies of any other version, and looks up the operation
  /// instead.
  static let wireVersion: UInt8 = 2

  public let operation: OperationID
  /// The fingerprint of the answered command: another write under the same operation id gets its own answer.
  public let fingerprint: Int64
  public let result: Result

  public init(to command: Command, _ result: Result) {
    self.init(operation: command.operation, fingerprint: command.fingerprint, result: result)
  }

  init(operation: OperationID, fingerprint: Int64, result: Result) {
    self.operation = operation
    self.fingerprint = fingerprint
    self.result = result
  }

  /// The message's bytes: wire version (1), kind (1: committed, 2: conflict, 3: refused), version (8), the command's
  /// fingerprint (8), operation. Integers are big-endian.
  public func encoded() -> [UInt8] {
    var bytes: [UInt8] = [Self.wireVersion]
    switch result {
    case .committed(let version):
      bytes.append(1)
      bytes.append(bigEndian: UInt64(bitPattern: version))
    case .refused(let version):
      bytes.append(3)
      bytes.append(bigEndian: UInt64(bitPattern: version))
    case .conflict:
      bytes.append(2)
      bytes.append(bigEndian: UInt64(0))
    }
    bytes.append(bigEndian: UInt64(bitPattern: fingerprint))
    return bytes + Array(operation.text.utf8)
  }

  /// Reads what `encoded()` wrote. Throws `StoreError` with `malformedMessage` or `operationInvalid`.
  public init(encoded bytes: [UInt8]) throws(StoreError) {
    var reader = ByteReader(bytes)
    guard try reader.integer(UInt8.self, "the version") == Self.wireVersion else {
      throw StoreError(.malformedMessage, "The reply has an unknown wire version.")
    }
    let kind = try reader.integer(UInt8.self, "the kind")
    let version = Int64(bitPattern: try reader.integer(UInt64.self, "the key's version"))
    fingerprint = Int64(bitPattern: try reader.integer(UInt64.self, "the command's fingerprint"))
    guard let text = String(validating: try reader.take(bytes.count - 18, "the operation"), as: UTF8.self) else {
      throw StoreError(.malformedMessage, "The operation id is not text.")
    }
    operation = try OperationID(text)
    switch kind {
    case 1: result = .committed(version: version)
    case 2: result = .conflict
    case 3: result = .refused(version: version)
    default: throw StoreError(.malformedMessage, "The reply has the unknown kind \(kind).")
    }
  }
}
