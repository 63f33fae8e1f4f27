#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Interned byte strings: each distinct string is stored once and known by its number, counted from 0.
///
/// Open addressing over one arena, because a dictionary of `String` would cost more than the parse itself.
package struct StringTable: Sendable {
  private var arena: [UInt8] = []
  private var ends: [Int] = []
  /// Number + 1 in the lower half, the hash's upper half above it; 0 is free.
  private var slots: [UInt64] = []

  package init() {}

  package var count: Int { ends.count }

  /// The number of a string, given at its first sight.
  package mutating func intern(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
    if (ends.count + 1) * 2 > slots.count { grow() }
    let hash = Self.hash(bytes)
    let mask = slots.count - 1
    var place = Int(truncatingIfNeeded: hash) & mask
    while slots[place] != 0 {
      let slot = slots[place]
      if slot >> 32 == hash >> 32 {
        let number = Int(slot & 0xFFFF_FFFF) - 1
        if matches(number, bytes) { return number }
      }
      place = (place + 1) & mask
    }
    arena.append(contentsOf: bytes)
    ends.append(arena.count)
    slots[place] = (hash >> 32) << 32 | UInt64(ends.count)
    return ends.count - 1
  }

  package func bytes(_ number: Int) -> ArraySlice<UInt8> {
    arena[(number == 0 ? 0 : ends[number - 1])..<ends[number]]
  }

  package func string(_ number: Int) -> String { String(decoding: bytes(number), as: UTF8.self) }

  private func matches(_ number: Int, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    let start = number == 0 ? 0 : ends[number - 1]
    guard ends[number] - start == bytes.count else { return false }
    guard let base = bytes.baseAddress, bytes.count > 0 else { return true }
    return arena.withUnsafeBufferPointer { arena in
      guard let arenaBase = arena.baseAddress else { return false }
      return memcmp(arenaBase + start, base, bytes.count) == 0
    }
  }

  private mutating func grow() {
    slots = Array(repeating: 0, count: max(64, slots.count * 2))
    let mask = slots.count - 1
    for number in 0..<ends.count {
      let hash = bytes(number).withUnsafeBufferPointer(Self.hash)
      var place = Int(truncatingIfNeeded: hash) & mask
      while slots[place] != 0 { place = (place + 1) & mask }
      slots[place] = (hash >> 32) << 32 | UInt64(number + 1)
    }
  }

  /// A multiply-and-fold hash, eight bytes at a time. Equality is always settled on the bytes.
  private static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(bytes.count)
    var rest = UnsafeRawBufferPointer(bytes)
    while rest.count >= 8 {
      state = fold(state ^ rest.loadUnaligned(as: UInt64.self), 0xA076_1D64_78BD_642F)
      rest = UnsafeRawBufferPointer(rebasing: rest[8...])
    }
    var tail: UInt64 = 0
    for byte in rest { tail = tail << 8 | UInt64(byte) }
    return fold(state ^ tail, 0xE703_7ED1_A0B4_28DB)
  }

  private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
  }
}
