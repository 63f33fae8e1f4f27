import History

/// Lets the contract run, with every choice made at random, and writes down what its clients see.
public struct HistoryGenerator {
  /// A request that its client has not given up yet.
  private struct Request {
    enum Plan { case answer, lose, refuse }

    var invocation: Event
    /// The write's number within its key; `nil`: a look.
    var write: Int?
    var plan = Plan.answer
    /// Of a look that has been taken.
    var answer: Answer?
  }

  private struct Answer {
    var value: Value
    var version: Int64?
    var isPending = false
  }

  private struct Written {
    var effect: Contract.Write
    var operation: String?
    var isRefused = false
  }

  /// A state that a key had.
  private struct Snapshot {
    var value: Int
    var version: Int64
    var until = Int64.max
  }

  private let features: Features
  private var random: any RandomNumberGenerator
  private var events: [Event] = []
  private var now: Int64 = 0
  private var stores: [Contract]
  private var writes: [[Written]]
  private var snapshots: [[Snapshot]]
  /// By client.
  private var open: [Request?]
  private var processes: [Int]
  private var nextProcess: Int
  private var values = 0
  private var operations = 0

  /// A history that the contract explains.
  public static func make(_ features: Features, using random: some RandomNumberGenerator) -> [Event] {
    var generator = HistoryGenerator(features, random)
    generator.run()
    return generator.events
  }

  private init(_ features: Features, _ random: some RandomNumberGenerator) {
    self.features = features
    self.random = random
    stores = Array(repeating: Contract(), count: features.keys)
    writes = Array(repeating: [], count: features.keys)
    snapshots = Array(repeating: [Snapshot(value: 0, version: 0)], count: features.keys)
    open = Array(repeating: nil, count: features.clients)
    processes = Array(0..<features.clients)
    nextProcess = features.clients
  }

  private mutating func run() {
    var left = features.operations
    while left > 0 || open.contains(where: { $0 != nil }) {
      now += Int64.random(in: 0...1_500_000, using: &random)
      switch Int.random(in: 0..<6, using: &random) {
      case 0, 1:
        guard left > 0, let client = open.indices.filter({ open[$0] == nil }).randomElement(using: &random) else {
          continue
        }
        left -= 1
        begin(client)
      case 2: acceptAny()
      case 3: applyAny()
      default:
        guard let client = open.indices.filter({ open[$0] != nil }).randomElement(using: &random) else { continue }
        end(client)
      }
    }
    settle()
  }

  // MARK: The store

  /// A write that may be accepted: sent, not refused, and not taken over yet.
  private mutating func acceptAny() {
    let key = Int.random(in: stores.indices, using: &random)
    let candidates = writes[key].indices.filter { !writes[key][$0].isRefused && !stores[key].hasAccepted($0) }
    guard let write = candidates.randomElement(using: &random) else { return }
    let (effect, operation) = (writes[key][write].effect, writes[key][write].operation)
    let twins = writes[key].indices.filter {
      operation != nil && writes[key][$0].operation == operation && writes[key][$0].effect != effect
    }
    stores[key].accept(write, twins: twins)
  }

  private mutating func applyAny() { apply(Int.random(in: stores.indices, using: &random)) }

  private mutating func apply(_ key: Int) {
    guard let write = stores[key].next else { return }
    let before = (stores[key].value, stores[key].version)
    let version = before.1 + (Int.random(in: 0..<6, using: &random) == 0 ? 2 : 1)
    stores[key].apply(writes[key][write].effect, version: version)
    guard (stores[key].value, stores[key].version) != before else { return }
    snapshots[key][snapshots[key].count - 1].until = now
    snapshots[key].append(Snapshot(value: stores[key].value, version: stores[key].version))
  }

  // MARK: The clients

  private mutating func begin(_ client: Int) {
    let key = Int.random(in: stores.indices, using: &random)
    if features.retries,
      let write = writes[key].indices.filter({ writes[key][$0].operation != nil }).randomElement(using: &random),
      writes[key][write].effect.expected == nil, Int.random(in: 0..<4, using: &random) == 0
    {
      // The same operation once more.
      send(client, key, write, isAgain: true)
    } else if Int.random(in: 0..<2, using: &random) == 0 {
      begin(client, read: key)
    } else {
      let effect = effect(key)
      writes[key].append(Written(effect: effect, operation: operation(key, effect)))
      send(client, key, writes[key].count - 1, isAgain: false)
    }
  }

  private mutating func effect(_ key: Int) -> Contract.Write {
    let isDelete = features.deletes && Int.random(in: 0..<3, using: &random) == 0
    let expected =
      features.comparesAndSets && Bool.random(using: &random) ? Int.random(in: 0...values, using: &random) : nil
    if isDelete, expected == nil { return Contract.Write(value: 0) }
    let isRepeated = features.repeatsValues && values > 0 && Bool.random(using: &random)
    if !isRepeated { values += 1 }
    return Contract.Write(value: isRepeated ? Int.random(in: 1...values, using: &random) : values, expected: expected)
  }

  private mutating func operation(_ key: Int, _ effect: Contract.Write) -> String? {
    guard features.audits || features.retries || features.sharesIDs else { return nil }
    // Of one content it would be a retry.
    if features.sharesIDs, Bool.random(using: &random),
      let other = writes[key].randomElement(using: &random),
      !writes[key].contains(where: { $0.operation == other.operation && $0.effect == effect })
    {
      return other.operation
    }
    operations += 1
    return "o\(operations)"
  }

  private mutating func send(_ client: Int, _ key: Int, _ write: Int, isAgain: Bool) {
    let effect = writes[key][write].effect
    let level: String? =
      switch features.writes {
      case .unnamed: nil
      case .committed: "committed"
      case .queued: "queued"
      case .mixed: Bool.random(using: &random) ? "queued" : "committed"
      }
    let value: Value =
      effect.expected.map { .list([Self.value($0), Self.value(effect.value)]) } ?? Self.value(effect.value)
    let function = effect.expected != nil ? "cas" : effect.value == 0 ? "delete" : "put"
    var request = Request(
      invocation: record(client, .invoke, function, key, value, operation: writes[key][write].operation, level: level),
      write: write)
    if features.losesAnswers, Int.random(in: 0..<4, using: &random) == 0 { request.plan = .lose }
    // What has been sent before may have been taken over already: it cannot be refused any more.
    if features.refuses, !isAgain, Int.random(in: 0..<4, using: &random) == 0 {
      request.plan = .refuse
      writes[key][write].isRefused = true
    } else if writes[key][write].isRefused {
      writes[key][write].isRefused = false
    }
    open[client] = request
  }

  private mutating func begin(_ client: Int, read key: Int) {
    if features.audits, Int.random(in: 0..<5, using: &random) == 0,
      let write = writes[key].randomElement(using: &random),
      let operation = write.operation
    {
      open[client] = Request(invocation: record(client, .invoke, "operation", key, .null, operation: operation))
      return
    }
    let isCached = features.readsCache && Bool.random(using: &random)
    let level = isCached ? "cache" : features.writes == .unnamed ? nil : "linearizable"
    open[client] = Request(invocation: record(client, .invoke, "get", key, .null, level: level))
  }

  /// Takes the look of an open read, or ends the request if it can end.
  private mutating func end(_ client: Int) {
    guard var request = open[client], let key = Self.number(ofKey: request.invocation.key) else { return }
    if let write = request.write {
      switch request.plan {
      case .lose: finish(client, .info, request.invocation.value)
      case .refuse: finish(client, .fail, request.invocation.value)
      case .answer:
        switch stores[key].fates[write] {
        case nil: return
        case .waiting?:
          guard request.invocation.level == "queued" else { return }
          finish(client, .ok, request.invocation.value)
        case .superfluous? where request.invocation.level == "queued": finish(client, .ok, request.invocation.value)
        case .declined?, .superfluous?: finish(client, .fail, request.invocation.value)
        case .applied(let version)?:
          let isTold = features.versions == .everywhere && request.invocation.level != "queued"
          finish(client, .ok, request.invocation.value, version: isTold ? version : nil)
        }
      }
      return
    }
    guard let answer = request.answer else {
      request.answer = look(request.invocation, key)
      open[client] = request
      return
    }
    finish(client, .ok, answer.value, version: answer.version, level: answer.isPending ? "pending" : nil)
  }

  private mutating func look(_ invocation: Event, _ key: Int) -> Answer {
    if invocation.function == "operation" {
      for write in writes[key].indices where writes[key][write].operation == invocation.operation {
        guard case .applied(let version)? = stores[key].fates[write] else { continue }
        return Answer(value: .bool(true), version: features.versions == .none ? nil : version)
      }
      return Answer(value: .bool(false))
    }
    var seen = Snapshot(value: stores[key].value, version: stores[key].version)
    if invocation.level == "cache", features.readsAhead, Bool.random(using: &random),
      let value = stores[key].valuesAhead(writes[key].map(\.effect)).sorted().randomElement(using: &random)
    {
      return Answer(value: Self.value(value), isPending: true)
    }
    if invocation.level == "cache" {
      let earliest = features.timeToLive.map { invocation.timeNanoseconds - Int64($0) * 1_000_000 } ?? .min
      seen = snapshots[key].filter { $0.until >= earliest }.randomElement(using: &random) ?? seen
    }
    return Answer(
      value: Self.value(seen.value), version: features.versions == .everywhere && seen.version > 0 ? seen.version : nil)
  }

  private mutating func finish(
    _ client: Int, _ kind: Event.Kind, _ value: Value, version: Int64? = nil, level: String? = nil
  ) {
    guard let request = open[client], let key = Self.number(ofKey: request.invocation.key) else { return }
    open[client] = nil
    if kind != .info || Bool.random(using: &random) {
      record(
        client, kind, request.invocation.function, key, value, version: version,
        operation: request.invocation.operation, level: level ?? request.invocation.level)
    }
    // Whose answer is lost may still act: the client goes on under another number.
    guard kind == .info else { return }
    processes[client] = nextProcess
    nextProcess += 1
  }

  // MARK: The end

  /// The drain, the audit of every write, and the final reads.
  private mutating func settle() {
    for key in stores.indices {
      for _ in 0..<2 * writes[key].count where Bool.random(using: &random) { acceptAny() }
      while stores[key].next != nil { apply(key) }
    }
    for key in stores.indices {
      if features.audits {
        for operation in Set(writes[key].compactMap(\.operation)).sorted() {
          ask("operation", key, operation: operation)
        }
      }
      guard features.readsInTheEnd else { continue }
      ask("get", key, level: "final")
      if features.readsCacheInTheEnd { ask("get", key, level: "final-cache") }
    }
  }

  private mutating func ask(_ function: String, _ key: Int, operation: String? = nil, level: String? = nil) {
    now += 100_000
    let invocation = record(0, .invoke, function, key, .null, operation: operation, level: level)
    let answer = look(invocation, key)
    now += 100_000
    record(0, .ok, function, key, answer.value, version: answer.version, operation: operation, level: level)
  }

  // MARK: Words

  @discardableResult
  private mutating func record(
    _ client: Int, _ kind: Event.Kind, _ function: String, _ key: Int, _ value: Value, version: Int64? = nil,
    operation: String? = nil, level: String? = nil
  ) -> Event {
    let event = Event(
      index: events.count, timeNanoseconds: now, process: .client(processes[client]), kind: kind, function: function,
      key: "k\(key)", value: value, version: version, operation: operation, level: level)
    events.append(event)
    return event
  }

  private static func value(_ number: Int) -> Value { number == 0 ? .null : .string("v\(number)") }
  private static func number(ofKey key: String?) -> Int? { key.flatMap { Int($0.dropFirst()) } }
}
