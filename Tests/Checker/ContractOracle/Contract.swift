/// The contract of the store for one key, as a machine that makes its free choices at random or has all of them tried.
///
/// A key has a log of accepted writes and a state, which the first `applied` of them have made. There is nothing else:
/// - P1: what is in the log is applied, sooner or later. Nothing takes it out.
/// - P2: the log has an operation once, and is applied from its beginning to its end. Of different writes with one
///   operation id it has the first; the others have no effect, though one that is only queued is acknowledged.
/// - P3: a committed write is accepted and applied, and a linearizable read looks at the state, between question and
///   answer.
/// - P4: a cached read looks at a state that was current not longer ago than the cache's time to live. One that says
///   that what it shows is pending may look ahead: at the state after some of the accepted writes that are still to be applied.
///
/// When things may happen is the matter of `KeyHistory`: from when to when the store may accept a write, and a look may
/// be taken.
struct Contract: Hashable {
  /// What a write does when it is applied. Values are numbers; 0 is absence.
  struct Write: Hashable {
    var value: Int
    /// A conditional write is applied where the key has this value, and changes nothing elsewhere.
    var expected: Int?
    /// It may come to nothing, whatever the key has: where the oracle asks less of conditional writes than the
    /// contract.
    var isOptional = false
  }

  enum Fate: Hashable {
    case waiting
    case applied(version: Int64)
    /// Its condition did not hold.
    case declined
    /// Another write had its operation id.
    case superfluous
  }

  /// A request to the store.
  enum Look: Hashable {
    /// A read: the value, and the version where the answer had one.
    case state(value: Int, version: Int64?)
    /// A read that showed something as pending. It has no version.
    case pending(value: Int)
    /// An audit: whether the record has one of the writes of an operation id, and the version where the answer had one.
    case record(writes: [Int], isApplied: Bool, version: Int64?)
  }

  private(set) var log: [Int] = []
  private(set) var applied = 0
  private(set) var fates: [Int: Fate] = [:]
  private(set) var value = 0
  /// 0: never written.
  private(set) var version: Int64 = 0

  /// The store takes the write over. It does so once for each operation.
  ///
  /// - Parameter twins: the other writes with its operation id.
  mutating func accept(_ write: Int, twins: [Int] = []) {
    guard !twins.contains(where: hasAccepted) else {
      fates[write] = .superfluous
      return
    }
    log.append(write)
    fates[write] = .waiting
  }

  /// The store refuses a conditional write for its condition. It has its operation id all the same, as one that is
  /// applied has.
  mutating func refuse(_ write: Int) { fates[write] = .declined }

  func hasAccepted(_ write: Int) -> Bool { fates[write] != nil }

  /// The write to be applied next.
  var next: Int? { applied < log.count ? log[applied] : nil }

  /// Applies `next`.
  ///
  /// - Parameter version: what the key gets, above the version that it has. A declined write leaves it as it is.
  mutating func apply(_ write: Write, version: Int64) {
    let number = log[applied]
    applied += 1
    if let expected = write.expected, expected != value {
      fates[number] = .declined
      return
    }
    fates[number] = .applied(version: version)
    (value, self.version) = (write.value, version)
  }

  /// Lets `next` come to nothing.
  mutating func decline() {
    fates[log[applied]] = .declined
    applied += 1
  }

  func isDecided(_ write: Int) -> Bool { fates[write] != nil && fates[write] != .waiting }

  /// The values that the key has now, and after each of the accepted writes that are still to be applied.
  ///
  /// - Parameter effects: of all writes, by their numbers.
  func valuesAhead(_ effects: [Write]) -> Set<Int> {
    var (now, all): (Set<Int>, Set<Int>) = ([value], [value])
    for write in log[applied...].map({ effects[$0] }) {
      let after = now.flatMap { value in
        guard write.expected ?? value == value else { return [value] }
        return write.isOptional ? [value, write.value] : [write.value]
      }
      now = Set(after)
      all.formUnion(now)
    }
    return all
  }

  /// Whether this is the answer now.
  ///
  /// - Parameter effects: of all writes, by their numbers.
  func answers(_ look: Look, _ effects: [Write]) -> Bool {
    switch look {
    case .pending(let value):
      return valuesAhead(effects).contains(value)
    case .state(let value, let version):
      return value == self.value && (version == nil || version == self.version)
    case .record(let writes, let isApplied, let version):
      for write in writes {
        if case .applied(let given) = fates[write] { return isApplied && (version == nil || version == given) }
      }
      return !isApplied
    }
  }
}
