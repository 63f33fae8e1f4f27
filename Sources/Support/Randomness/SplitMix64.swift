/// Sebastiano Vigna's SplitMix64 (public domain, https://prng.di.unimi.it/splitmix64.c): small, fast, and the same
/// numbers from the same seed on every machine.
public struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// The reference's own sequence for this seed. Seeds that differ by a multiple of the step give shifted copies of one
  /// sequence.
  public init(seed: UInt64) {
    state = seed
  }

  /// A generator of its own for one purpose or client: independent of how many numbers others draw.
  public init(seed: UInt64, stream: RandomStream) {
    var mixer = SplitMix64(seed: seed)
    let base = mixer.next()
    var second = SplitMix64(seed: base ^ (stream.number &* 0xD1B5_4A32_D192_ED03))
    state = second.next()
  }

  /// For seeds that are consecutive numbers, such as those of generated histories: no two of them share a sequence.
  public init(scattering seed: UInt64) {
    state = seed
    state = next() ^ (seed << 32)
  }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A number drawn evenly from 0..<1, with 53 bits.
  public mutating func unit() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// A number drawn evenly from 0..<bound (Lemire's method without the rejection: the bias is below 2^-40 here).
  public mutating func index(below bound: Int) -> Int {
    precondition(bound > 0, "cannot draw from nothing")
    return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }
}
