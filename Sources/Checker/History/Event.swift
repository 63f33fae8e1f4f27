/// One line of a history: the invocation or the completion of an operation, or a word of the nemesis.
///
/// The fields are those of Jepsen's operation map. Two events with the same `process` pair up: an invocation and the
/// completion that follows it.
public struct Event: Sendable, Hashable {
  /// What kind of line this is.
  public enum Kind: String, Sendable, Hashable {
    /// The operation was called.
    case invoke
    /// It completed and certainly happened.
    case ok
    /// It completed and certainly did not happen.
    case fail
    /// Its outcome is unknown (a timeout, a broken connection); or a word of the nemesis.
    case info
  }

  /// The actor: a client process, which has at most one open operation, or the nemesis.
  public enum Process: Sendable, Hashable {
    /// A client, by a number of its own: one whose operation ended in `info` goes on under a new number.
    case client(Int)
    /// The fault injector.
    case nemesis
  }

  /// Position in the history, from 0.
  public var index: Int
  /// Nanoseconds on a monotonic clock since the start of the run.
  public var timeNanoseconds: Int64
  /// The actor.
  public var process: Process
  /// What kind of line this is.
  public var kind: Kind
  /// The operation's name, Jepsen's `f`: put, get, delete, cas, append, enqueue, dequeue, …; for the nemesis the fault.
  public var function: String
  /// The name of the key of an independent register; `nil` where the history has one object. To set it makes the key a
  /// string.
  public var key: String? {
    didSet { otherKey = nil }
  }
  /// What the invocation carries, or what the completion brings.
  public var value: Value
  /// The version that the store gave with the answer, where it gave one.
  public var version: Int64?
  /// The operation id under which the store knows a write, where there is one.
  public var operation: String?
  /// Why a `fail` or `info` is one, for people.
  public var error: String?
  /// The consistency level asked for, e.g. `queued`, `committed`, `cache`, `linearizable`; `nil` if there is only one.
  public var level: String?
  /// A key that is no string; `key` then has its description.
  private(set) var otherKey: Value?

  /// The key as a value: the integer 1 and the string `"1"` are two keys of one name.
  public var keyValue: Value? {
    get { otherKey ?? key.map { .string($0) } }
    set {
      switch newValue {
      case nil: key = nil
      case .string(let name)?: key = name
      case .bytes(let bytes)?: (key, otherKey) = (LooseText.escaped(bytes), newValue)
      case let other?: (key, otherKey) = (other.description, newValue)
      }
    }
  }

  /// An event of these fields.
  public init(
    index: Int, timeNanoseconds: Int64, process: Process, kind: Kind, function: String, key: String? = nil,
    value: Value = .null, version: Int64? = nil, operation: String? = nil, error: String? = nil, level: String? = nil
  ) {
    self.index = index
    self.timeNanoseconds = timeNanoseconds
    self.process = process
    self.kind = kind
    self.function = function
    self.key = key
    self.value = value
    self.version = version
    self.operation = operation
    self.error = error
    self.level = level
  }
}
