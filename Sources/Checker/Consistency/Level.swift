/// The consistency level that an operation asked for.
enum Level: UInt8, Sendable {
  /// The history has only one level: the strongest.
  case unnamed
  /// A write acknowledged when it is in the log; its effect comes later, in the log's order.
  case queued
  case committed
  /// A read that may be stale.
  case cache
  case linearizable
  /// A cached read that showed a write which is acknowledged and may not be applied yet. The answer says so, not the
  /// request.
  case pending
  /// The linearizable reads after the drain, which the audit of lost writes rests on.
  case final
  /// Reads of the cache after the drain, which must have converged.
  case finalCache
  /// A level that the checker does not know: the history cannot be judged.
  case foreign

  /// The names that histories may have.
  static let names = ["queued", "committed", "cache", "linearizable", "pending", "final", "final-cache"]

  init(name: String?) {
    switch name {
    case "queued": self = .queued
    case "committed": self = .committed
    case "cache": self = .cache
    case "linearizable": self = .linearizable
    case "pending": self = .pending
    case "final": self = .final
    case "final-cache": self = .finalCache
    case nil: self = .unnamed
    default: self = .foreign
    }
  }

  /// Its name in a history.
  var name: String? {
    switch self {
    case .unnamed, .foreign: nil
    case .queued: "queued"
    case .committed: "committed"
    case .cache: "cache"
    case .pending: "pending"
    case .linearizable: "linearizable"
    case .final: "final"
    case .finalCache: "final-cache"
    }
  }

  /// Whether it says something about an operation of this kind: an effect cannot come from a cache, and a question is
  /// not queued.
  func suits(_ action: Action) -> Bool { action.isEffect ? !isCached : self != .queued || action == .other }

  /// Whether a read at this level may be answered by a cache.
  var isCached: Bool { self == .cache || self == .pending || self == .finalCache }

  /// Whether real-time order applies to the operation: it takes effect between its invocation and its completion.
  var isStrong: Bool {
    switch self {
    case .unnamed, .committed, .linearizable, .final: true
    case .queued, .cache, .pending, .finalCache, .foreign: false
    }
  }
}
