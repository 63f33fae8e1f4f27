/// Keys that begin with a prefix and come after a key, in the order of their bytes: a half-open range of byte strings.
public struct KeyRange: Sendable, Hashable {
  /// The first byte string that is inside.
  public let lowerBound: [UInt8]
  /// The first byte string that is not.
  public let upperBound: [UInt8]

  /// - Parameters:
  ///   - prefix: UTF-8; empty for every key.
  ///   - after: the last key of the page before; empty for the first page. It need not exist.
  public init(prefix: [UInt8], after: [UInt8]) {
    // The first string after `after` is `after` and one more byte, the smallest.
    lowerBound = after.isEmpty ? prefix : Self.larger(prefix, after + [0])
    // UTF-8 has no byte FF, so the last byte of a prefix can go up by one, and FF is above every key.
    upperBound = prefix.last.map { prefix.dropLast() + [$0 + 1] } ?? [0xFF]
  }

  /// Whether the key is in the range.
  public func contains(_ key: Key) -> Bool {
    !key.bytes.lexicographicallyPrecedes(lowerBound) && key.bytes.lexicographicallyPrecedes(upperBound)
  }

  private static func larger(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
    left.lexicographicallyPrecedes(right) ? right : left
  }
}
