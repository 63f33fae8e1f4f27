/// Several tries of one plan: whether enough of them violate. Pure.
public struct Trial: Sendable, Hashable {
  /// How many have to violate.
  public let needed: Int
  /// The maximum number of tries.
  public let tries: Int
  public private(set) var violated = 0
  public private(set) var done = 0

  /// - Precondition: 1 <= needed <= tries.
  public init(needed: Int, tries: Int) {
    precondition(needed >= 1 && needed <= tries, "of the tries at least one has to violate, and at most all")
    self.needed = needed
    self.tries = tries
  }

  public mutating func record(isViolated: Bool) {
    done += 1
    if isViolated { violated += 1 }
  }

  /// `nil`: another try is needed. Decided as early as possible.
  public var isViolated: Bool? {
    if violated >= needed { return true }
    return violated + (tries - done) < needed ? false : nil
  }
}
