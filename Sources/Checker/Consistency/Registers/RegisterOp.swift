import History

/// An operation as the register engines see it: an interval and what it does to one value.
struct RegisterOp: Sendable {
  enum Kind: UInt8, Sendable {
    /// Sees `value`.
    case read
    /// Leaves `value`.
    case write
    /// Sees `expected` and leaves `value`.
    case cas
    /// Sees anything but `expected`: a refused compare-and-set.
    case mismatch
  }

  var kind: Kind
  /// Whether it certainly took effect; if not it may take effect at any time after its invocation, or never.
  var isCertain: Bool
  var call: Int32
  /// `Op.never` for one without an upper bound.
  var ret: Int32
  var value: Token
  var expected: Token = .null
  /// For an uncertain operation: it stands for any number of its like.
  var isRepeatable = false
  /// Position among the operations that it was made of.
  var source: Int32
}
