/// The slot of a key in a Redis Cluster (Redis Cluster specification, "Key distribution model").
public enum HashSlot {
  /// The number of slots of every cluster.
  public static let count = 16384

  private static let table: [UInt16] = (0..<256).map { index in
    var value = UInt16(index) << 8
    for _ in 0..<8 { value = value & 0x8000 != 0 ? value << 1 ^ 0x1021 : value << 1 }
    return value
  }

  /// CRC16 in the XMODEM variant: polynomial 0x1021, start 0.
  public static func crc16(_ bytes: some Sequence<UInt8>) -> UInt16 {
    var value: UInt16 = 0
    for byte in bytes { value = value << 8 ^ table[Int(UInt8(truncatingIfNeeded: value >> 8) ^ byte)] }
    return value
  }

  /// The slot; only what stands in the first non-empty `{…}` counts where there is one.
  public static func slot(of key: [UInt8]) -> Int {
    if let open = key.firstIndex(of: UInt8(ascii: "{")),
      let close = key[(open + 1)...].firstIndex(of: UInt8(ascii: "}")), close > open + 1
    {
      return Int(crc16(key[(open + 1)..<close])) % count
    }
    return Int(crc16(key)) % count
  }
}
