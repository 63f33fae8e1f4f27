/// What a generated history may have in it. Each is on or off by itself, so that each meets every other.
public struct Features: Sendable, Hashable {
  /// The levels of writes; `nil` as an element: no level is named.
  public enum Writes: String, Sendable, Hashable, CaseIterable { case unnamed, committed, queued, mixed }
  /// Which answers have versions.
  public enum Versions: String, Sendable, Hashable, CaseIterable { case none, everywhere, recordOnly }

  public var keys = 1
  public var clients = 3
  public var operations = 6
  public var writes = Writes.unnamed
  public var versions = Versions.none
  public var readsCache = false
  /// Whether cached reads show what is accepted and not applied yet.
  public var readsAhead = false
  /// How long a cached read may be behind, in milliseconds; `nil`: for ever.
  public var timeToLive: Int?
  public var deletes = false
  public var repeatsValues = false
  public var comparesAndSets = false
  public var losesAnswers = false
  public var refuses = false
  public var retries = false
  /// Whether some writes have the operation id of another one.
  public var sharesIDs = false
  public var audits = false
  public var readsInTheEnd = false
  public var readsCacheInTheEnd = false

  public init() {}

  /// Any of them.
  public init(using random: inout some RandomNumberGenerator) {
    func maybe() -> Bool { Bool.random(using: &random) }
    keys = Int.random(in: 1...2, using: &random)
    clients = Int.random(in: 1...3, using: &random)
    operations = Int.random(in: 2...8, using: &random)
    writes = Writes.allCases.randomElement(using: &random) ?? .mixed
    versions = Versions.allCases.randomElement(using: &random) ?? .none
    readsCache = maybe()
    readsAhead = readsCache && maybe()
    timeToLive = maybe() ? Int.random(in: 1...12, using: &random) : nil
    deletes = maybe()
    repeatsValues = Int.random(in: 0..<4, using: &random) == 0
    comparesAndSets = Int.random(in: 0..<6, using: &random) == 0
    losesAnswers = maybe()
    refuses = maybe()
    audits = maybe()
    retries = Int.random(in: 0..<4, using: &random) == 0
    readsInTheEnd = maybe()
    readsCacheInTheEnd = readsInTheEnd && maybe()
    sharesIDs = Int.random(in: 0..<6, using: &random) == 0
  }

  /// Those that are on, by name.
  public var names: [String] {
    var names = ["writes: \(writes.rawValue)", "versions: \(versions.rawValue)"]
    let switches: [(String, Bool)] = [
      ("two keys", keys > 1), ("cached reads", readsCache), ("pending reads", readsAhead),
      ("a time to live", timeToLive != nil), ("deletes", deletes),
      ("repeated values", repeatsValues), ("compare-and-set", comparesAndSets), ("lost answers", losesAnswers),
      ("refusals", refuses), ("retries", retries), ("shared ids", sharesIDs), ("audits", audits),
      ("final reads", readsInTheEnd),
      ("final cached reads", readsCacheInTheEnd),
    ]
    names += switches.filter(\.1).map(\.0)
    return names
  }
}
