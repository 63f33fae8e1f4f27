extension Command {
  /// A number that two commands with one operation id share only if they ask for the same write: the same key, effect,
  /// value and condition. When it was accepted, and which acknowledgement its client asked for, are not part of it, so
  /// a retry has the fingerprint of the first attempt.
  ///
  /// FNV-1a (64 bits) of the key's length (2 bytes), the key, the condition's kind (1: the key's version is, 2: absent,
  /// 0: none) and version (8), the effect's kind (1: put, 2: delete) and the value. It is stored with the operation's
  /// record, so it never changes.
  ///
  /// Source: Fowler, Noll, Vo, draft-eastlake-fnv.
  public var fingerprint: Int64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    func add(_ bytes: some Sequence<UInt8>) {
      for byte in bytes {
        hash ^= UInt64(byte)
        hash &*= 0x0000_0100_0000_01b3
      }
    }
    var head: [UInt8] = []
    head.append(bigEndian: UInt16(key.bytes.count))
    head += key.bytes
    switch condition {
    case .version(let version):
      head.append(1)
      head.append(bigEndian: UInt64(bitPattern: version))
    case .absent:
      head.append(2)
      head.append(bigEndian: UInt64(0))
    case nil:
      head.append(0)
      head.append(bigEndian: UInt64(0))
    }
    head.append(value == nil ? 2 : 1)
    add(head)
    if let value { add(value.bytes) }
    return Int64(bitPattern: hash)
  }
}
