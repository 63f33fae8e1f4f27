/// Which of the 16,384 slots of Redis Cluster a key belongs to (Redis Cluster specification, "Key distribution model").
public enum RedisSlot {
  /// The name of a key's entry in the store's cache.
  public static func entry(of key: String) -> String { "kv:" + key }

  /// The slot in which the store caches a key.
  public static func slot(ofEntry key: String) -> Int { slot(of: entry(of: key)) }

  /// CRC-16/XMODEM of the key, or of what stands between its first braces, modulo 16,384.
  public static func slot(of key: String) -> Int {
    let bytes = Array(key.utf8)
    if let open = bytes.firstIndex(of: UInt8(ascii: "{")),
      let close = bytes[(open + 1)...].firstIndex(of: UInt8(ascii: "}")), close > open + 1
    {
      return Int(crc(bytes[(open + 1)..<close])) % 16_384
    }
    return Int(crc(bytes[...])) % 16_384
  }

  /// CRC-16/XMODEM: polynomial 0x1021, nothing reflected, begun with 0.
  static func crc(_ bytes: ArraySlice<UInt8>) -> UInt16 {
    bytes.reduce(UInt16(0)) { crc, byte in
      (0..<8).reduce(crc ^ UInt16(byte) << 8) { crc, _ in
        crc & 0x8000 != 0 ? crc << 1 ^ 0x1021 : crc << 1
      }
    }
  }
}
