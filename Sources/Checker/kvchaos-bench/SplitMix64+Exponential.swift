import Randomness

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension SplitMix64 {
  /// Exponentially distributed, of mean 1.
  mutating func exponential() -> Double { -log(1 - unit()) }
}
