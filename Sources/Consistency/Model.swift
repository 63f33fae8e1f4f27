/// The sequential object that a history is held against.
public enum Model: String, Sendable, Hashable, Codable, CaseIterable {
  /// read, write, delete (get, put); absent at first.
  case register
  /// A register with compare-and-set of `[old new]`.
  case casRegister = "cas-register"
  /// get, put and append on strings; an absent key reads as the empty string.
  case append = "kv"
  /// acquire and release.
  case mutex
  /// enqueue and dequeue, first in first out, each element taken exactly once.
  case queue
  /// enqueue and dequeue where an element may be delivered again and in another order, but none is lost or invented.
  case atLeastOnceQueue = "at-least-once-queue"
  /// add, remove, contains; or add and reads of the whole set.
  case set

  /// What of an operation's name belongs to the model.
  var actions: [Action] {
    switch self {
    case .register: [.read, .write, .delete]
    case .casRegister: [.read, .write, .delete, .cas]
    case .append: [.read, .write, .delete, .append]
    case .mutex: [.acquire, .release]
    case .queue, .atLeastOnceQueue: [.enqueue, .dequeue, .drain]
    case .set: [.add, .remove, .contains, .read]
    }
  }

  /// The narrowest model that has all these actions, questions to the store's record aside; `nil` when none does.
  init?(guessing actions: Set<Action>) {
    for model in Model.allCases where actions.subtracting([.audit]).isSubset(of: model.actions) {
      self = model
      return
    }
    return nil
  }
}
