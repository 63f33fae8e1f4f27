import History

/// An invocation and its completion in one compact record: the form that every check works on.
struct Op: Sendable {
  enum Outcome: UInt8, Sendable { case ok, failed, unknown }

  var callTime: Int64
  var returnTime: Int64
  /// The invocation's value: what is to be written.
  var input: Token
  /// The completion's value: what was read.
  var output: Token
  var version: Int64
  /// Positions in the history, which are the order of time. `never` for an operation without a known end.
  var call: Int32
  var ret: Int32
  var process: Int32
  var key: Int32
  /// The store's operation id, as a text of the symbols; -1: none.
  var operation: Int32
  var error: Int32
  var action: Action
  var function: UInt8
  var outcome: Outcome
  var level: Level
  /// The invocation said nothing of a value, not even null.
  var lacksInput = false

  static let never = Int32.max

  var hasVersion: Bool { version != CompactEvent.noVersion }
  var isWrite: Bool { action == .write || action == .delete }
  /// Whether the object changes when the operation is done.
  var isEffect: Bool { action.isEffect }
  /// What a write leaves behind.
  var written: Token { action == .delete ? .null : input }
}
