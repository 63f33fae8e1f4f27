#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// SplitMix64: the same seed gives the same history everywhere.
struct Random {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
    state = next() ^ (seed << 32)
  }

  private mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }

  /// In 0..<1.
  mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Exponentially distributed, of mean 1.
  mutating func exponential() -> Double { -log(1 - unit()) }
}
