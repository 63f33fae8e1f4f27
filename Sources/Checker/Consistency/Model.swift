/// The sequential object against which a history is checked.
public enum Model: String, Sendable, Hashable, Codable, CaseIterable {
  /// read, write, delete (get, put); absent at first.
  case register
  /// A register with compare-and-set of `[old new]`.
  case casRegister = "cas-register"
  /// get, put and append on strings; an absent key reads as the empty string.
  case append = "kv"
  /// acquire and release. If the model is inferred, the lock must also be released by its holder.
  case mutex
  /// enqueue and dequeue, first in first out, each element taken exactly once.
  case queue
  /// enqueue and dequeue where an element may be delivered again and in another order, but none is lost or invented.
  case atLeastOnceQueue = "at-least-once-queue"
  /// add, remove, contains; or add and reads of the whole set.
  case set
  /// add of whole numbers, and reads of their sum.
  case counter
  /// A lock that only its owner releases: the owner is named by the values, or else is the process.
  case ownerMutex = "owner-mutex"
  /// The same, and each acquisition is answered by a fencing token, higher than all before it.
  case fencedMutex = "fenced-mutex"
  /// A register, with compare-and-set or without, whose values are `[version value]`: the version goes up with each
  /// write.
  case versionedRegister = "versioned-register"

  /// What of an operation's name belongs to the model.
  var actions: [Action] {
    switch self {
    case .register: [.read, .write, .delete]
    case .casRegister, .versionedRegister: [.read, .write, .delete, .cas]
    case .append: [.read, .write, .delete, .append]
    case .mutex, .ownerMutex, .fencedMutex: [.acquire, .release]
    case .queue, .atLeastOnceQueue: [.enqueue, .dequeue, .drain]
    case .set: [.add, .remove, .contains, .read]
    case .counter: [.add, .read]
    }
  }

  /// Whether it is a register with compare-and-set or without: what the always-decided checks are for.
  var isRegister: Bool { self == .register || self == .casRegister || self == .versionedRegister }

  /// The narrowest model that has all these actions, questions to the store's record aside; `nil` when none does.
  init?(guessing actions: Set<Action>) {
    for model in Model.allCases where actions.subtracting([.audit]).isSubset(of: model.actions) {
      self = model
      return
    }
    return nil
  }
}
