/// What an operation does, independent of its name in the history.
enum Action: UInt8, Sendable, CaseIterable {
  case read, write, delete, cas, append
  case enqueue, dequeue, drain
  case add, remove, contains
  case acquire, release
  /// A query of the store's record of applied operations: `f: "operation"`, answered true or false.
  case audit
  case other

  init(function: String) {
    switch function {
    case "read", "get", "r": self = .read
    case "write", "put", "w": self = .write
    case "delete", "del": self = .delete
    case "cas", "compare-and-set", "compare-and-swap": self = .cas
    case "append": self = .append
    case "enqueue", "push", "send": self = .enqueue
    case "dequeue", "pop", "poll", "receive": self = .dequeue
    case "drain": self = .drain
    case "add", "insert": self = .add
    case "remove": self = .remove
    case "contains", "member", "contains?": self = .contains
    case "acquire", "lock": self = .acquire
    case "release", "unlock": self = .release
    case "operation": self = .audit
    default: self = .other
    }
  }

  /// Whether an operation is about a value that its invocation has, or else its completion.
  var hasValue: Bool {
    switch self {
    case .write, .cas, .append, .enqueue, .add, .remove: true
    case .read, .delete, .dequeue, .drain, .contains, .acquire, .release, .audit, .other: false
    }
  }

  /// Whether the object changes when the operation is done.
  var isEffect: Bool {
    switch self {
    case .write, .delete, .cas, .append, .enqueue, .dequeue, .drain, .add, .remove, .acquire, .release: true
    case .read, .contains, .audit, .other: false
    }
  }

  /// Whether an operation that was done is about the value of its completion.
  var isQuestion: Bool {
    switch self {
    case .read, .dequeue, .drain, .contains, .audit: true
    case .write, .delete, .cas, .append, .enqueue, .add, .remove, .acquire, .release, .other: false
    }
  }
}
