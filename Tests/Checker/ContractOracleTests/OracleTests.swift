import History
import Randomness
import Testing

@testable import ContractOracle

/// The oracle on histories whose verdict follows directly from the contract.
@Suite struct OracleTests {
  struct Example: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var isLegal: Bool
    var timeToLive: Duration?
    var build: @Sendable (inout Story) -> Void

    init(_ name: String, _ isLegal: Bool, ttl: Duration? = nil, _ build: @escaping @Sendable (inout Story) -> Void) {
      (testDescription, self.isLegal, timeToLive, self.build) = (name, isLegal, ttl, build)
    }
  }

  /// Events one after the other, a millisecond apart.
  struct Story {
    private(set) var events: [Event] = []
    private var open: [Int: Event] = [:]

    mutating func ask(
      _ process: Int, _ function: String, _ value: Value = .null, _ level: String? = nil, id: String? = nil,
      key: String = "k"
    ) {
      let event = Event(
        index: events.count, timeNanoseconds: Int64(events.count) * 1_000_000, process: .client(process), kind: .invoke,
        function: function, key: key, value: value, operation: id, level: level)
      open[process] = event
      events.append(event)
    }

    mutating func end(
      _ process: Int, _ kind: Event.Kind = .ok, _ value: Value? = nil, version: Int64? = nil, level: String? = nil
    ) {
      guard var event = open[process] else { return }
      if let level { event.level = level }
      (event.index, event.timeNanoseconds) = (events.count, Int64(events.count) * 1_000_000)
      (event.kind, event.value, event.version) = (kind, value ?? event.value, version)
      events.append(event)
    }

    mutating func put(
      _ value: Value, _ level: String? = nil, by process: Int = 1, id: String? = nil, version: Int64? = nil
    ) {
      ask(process, "put", value, level, id: id)
      end(process, version: version)
    }

    mutating func get(_ value: Value, _ level: String? = nil, by process: Int = 2, version: Int64? = nil) {
      ask(process, "get", .null, level)
      end(process, .ok, value, version: version)
    }

    /// A cached read whose answer is marked as pending.
    mutating func peek(_ value: Value, by process: Int = 2, version: Int64? = nil) {
      ask(process, "get", .null, "cache")
      end(process, .ok, value, version: version, level: "pending")
    }

    mutating func audit(_ id: String, _ answer: Bool, version: Int64? = nil) {
      ask(9, "operation", .null, nil, id: id)
      end(9, .ok, .bool(answer), version: version)
    }
  }

  static let a = Value.string("a")
  static let b = Value.string("b")
  static let c = Value.string("c")

  static let examples = [
    Example("nothing", true) { _ in },
    Example("a write is read", true) {
      $0.put(a)
      $0.get(a)
    },
    Example("a value from nowhere", false) { $0.get(a) },
    Example("a cached value from nowhere", false) { $0.get(a, "cache") },
    Example("a value before it is written", false) {
      $0.get(a, "cache")
      $0.put(a)
    },
    Example("a value while it is written", true) {
      $0.ask(1, "put", a)
      $0.get(a)
      $0.end(1)
    },
    Example("P1: an acknowledged write is gone", false) {
      $0.put(a, "queued")
      $0.get(.null, "final")
    },
    Example("P1: an acknowledged write is not yet there", true) {
      $0.put(a, "queued")
      $0.get(.null, "linearizable")
      $0.get(a, "final")
    },
    Example("P1: a delete is gone", false) {
      $0.put(a, "queued")
      $0.ask(1, "delete", .null, "queued")
      $0.end(1)
      $0.get(a, "final")
    },
    Example("P1: a write of unknown outcome may be gone", true) {
      $0.ask(1, "put", a, "queued")
      $0.end(1, .info)
      $0.get(.null, "final")
    },
    Example("P1: not after the record had it", false) {
      $0.ask(1, "put", a, "queued", id: "o")
      $0.end(1, .info)
      $0.audit("o", true)
      $0.get(.null, "final")
    },
    Example("P1: the record lacks an acknowledged write", false) {
      $0.put(a, "queued", id: "o")
      $0.audit("o", false)
    },
    Example("P1: the record has it after the drain", true) {
      $0.put(a, "queued", id: "o")
      $0.audit("o", false)
      $0.audit("o", true)
    },
    Example("pending: what is acknowledged and not applied", true) {
      $0.put(a, "queued", id: "o")
      $0.peek(a)
      $0.audit("o", false)
      $0.get(.null, "linearizable")
      $0.audit("o", true)
    },
    Example("pending: a cached read that does not say so", false) {
      $0.put(a, "queued", id: "o")
      $0.get(a, "cache")
      $0.audit("o", false)
    },
    Example("pending: a write that was never sent", false) {
      $0.peek(a)
      $0.put(a, "queued")
    },
    Example("pending: what was refused", false) {
      $0.ask(1, "put", a, "queued")
      $0.end(1, .fail)
      $0.peek(a)
    },
    Example("pending: a write of unknown outcome", true) {
      $0.ask(1, "put", a, "queued")
      $0.end(1, .info)
      $0.peek(a)
      $0.get(.null, "final")
    },
    Example("pending: what was shown comes before what was sent later", false) {
      $0.ask(1, "put", a, "queued")
      $0.end(1, .info)
      $0.peek(a)
      $0.put(b, "queued", by: 3)
      $0.get(b, "linearizable")
      $0.get(a, "linearizable")
    },
    Example("pending: back to what is applied", true) {
      $0.put(a, "queued")
      $0.put(b, "queued")
      $0.peek(b)
      $0.get(a, "cache")
      $0.peek(a)
      $0.get(a, "linearizable")
    },
    Example("pending: a delete", true) {
      $0.put(a)
      $0.ask(1, "delete", .null, "queued", id: "o")
      $0.end(1)
      $0.peek(.null)
      $0.get(a, "linearizable")
    },
    Example("pending: older than the time to live", false, ttl: .milliseconds(2)) {
      $0.put(a, "queued")
      $0.put(b, "committed")
      $0.get(b, "linearizable")
      $0.get(b, "linearizable")
      $0.peek(a)
    },
    Example("pending: within the time to live", true, ttl: .milliseconds(20)) {
      $0.put(a, "queued")
      $0.put(b, "committed")
      $0.get(b, "linearizable")
      $0.get(b, "linearizable")
      $0.peek(a)
    },
    Example("pending: with a version", false) {
      $0.put(a, "queued")
      $0.peek(a, version: 1)
    },
    Example("pending: the table need not have it yet", true) {
      $0.put(a, "queued")
      $0.peek(a)
      $0.get(.null, "linearizable")
    },
    Example("the record forgets", false) {
      $0.ask(1, "put", a, "queued", id: "o")
      $0.end(1, .info)
      $0.audit("o", true)
      $0.audit("o", false)
    },
    Example("a dirty read", false) {
      $0.ask(1, "put", a, "committed", id: "o")
      $0.end(1, .info)
      $0.get(a, "cache")
      $0.audit("o", false)
    },
    Example("an effect after the record was asked", true) {
      $0.ask(1, "put", a, "committed", id: "o")
      $0.end(1, .info)
      $0.audit("o", false)
      $0.get(a, "cache")
    },
    Example("P2: against the acknowledgements", false) {
      $0.put(a, "queued")
      $0.put(b, "queued", by: 3)
      $0.get(b, "linearizable")
      $0.get(a, "linearizable")
    },
    Example("P2: concurrent writes in either order", true) {
      $0.ask(1, "put", a, "queued")
      $0.put(b, "queued", by: 3)
      $0.end(1)
      $0.get(b, "linearizable")
      $0.get(a, "linearizable")
    },
    Example("P2: the record against the acknowledgements, covered by a third write", false) {
      $0.put(a, "queued", id: "o1")
      $0.put(b, "queued", id: "o2")
      $0.put(c, "committed", id: "o3", version: 3)
      $0.audit("o1", true, version: 2)
      $0.audit("o2", true, version: 1)
      $0.get(c, "final", version: 3)
    },
    Example("P2: one write takes effect twice", false) {
      $0.put(a, "queued")
      $0.put(b, "queued")
      $0.get(a, "linearizable", version: 1)
      $0.get(a, "linearizable", version: 2)
    },
    Example("P2: a retry takes effect once", false) {
      $0.put(a, "queued", id: "o")
      $0.put(b, "queued", id: "p")
      $0.put(a, "queued", id: "o")
      $0.get(a, "final")
    },
    Example("P2: two writes of one value are two writes", true) {
      $0.put(a, "queued", id: "o")
      $0.put(b, "queued", id: "p")
      $0.put(a, "queued", id: "q")
      $0.get(a, "final")
    },
    Example("P2: a settled write is ordered before what was sent later", false) {
      $0.ask(1, "put", a, "queued", id: "o")
      $0.end(1, .info)
      $0.audit("o", true)
      $0.put(b, "queued", by: 3)
      $0.get(b, "linearizable")
      $0.get(a, "linearizable")
    },
    Example("P3: a stale read", false) {
      $0.put(a, "committed")
      $0.put(b, "committed")
      $0.get(a, "linearizable")
    },
    Example("P3: reads that go back", false) {
      $0.put(a, "committed")
      $0.ask(1, "put", b, "committed")
      $0.get(b, "linearizable")
      $0.get(a, "linearizable", by: 3)
      $0.end(1)
    },
    Example("P3: a refused write is seen", false) {
      $0.ask(1, "put", a, "committed")
      $0.end(1, .fail)
      $0.get(a, "cache")
    },
    Example("P3: a refused write is in the record", false) {
      $0.ask(1, "put", a, "committed", id: "o")
      $0.end(1, .fail)
      $0.audit("o", true)
    },
    Example("P4: a cached read may be stale", true) {
      $0.put(a, "committed")
      $0.put(b, "committed")
      $0.get(a, "cache")
    },
    Example("P4: for as long as the cache keeps it", true, ttl: .milliseconds(1)) {
      $0.put(a, "committed")
      $0.put(b, "committed")
      $0.get(a, "cache")
    },
    Example("P4: and no longer", false, ttl: .microseconds(999)) {
      $0.put(a, "committed")
      $0.put(b, "committed")
      $0.get(a, "cache")
    },
    Example("P4: a queued write may take effect later", true, ttl: .microseconds(1)) {
      $0.put(a, "committed")
      $0.put(b, "queued")
      $0.get(a, "cache")
    },
    Example("P4: but not after a read saw it", false, ttl: .microseconds(1)) {
      $0.put(a, "committed")
      $0.put(b, "queued")
      $0.get(b, "cache")
      $0.get(a, "cache")
    },
    Example("P4: the caches converge", false) {
      $0.put(a, "committed")
      $0.put(b, "committed")
      $0.get(b, "final")
      $0.get(a, "final-cache")
    },
    Example("a write of unknown outcome may come between the final reads", true) {
      $0.ask(1, "put", b, "committed")
      $0.end(1, .info)
      $0.get(.null, "final")
      $0.get(b, "final-cache")
    },
    Example("versions go up", false) {
      $0.put(a, "committed", version: 2)
      $0.put(b, "committed", version: 1)
    },
    Example("one version, two states", false) {
      $0.ask(1, "put", a, "committed")
      $0.put(b, "committed", by: 3, version: 1)
      $0.end(1, version: 1)
    },
    Example("a version left out leaves no room", false) {
      $0.ask(1, "put", a, "committed")
      $0.ask(2, "put", b, "committed")
      $0.end(1, version: 1)
      $0.ask(3, "put", c, "committed")
      $0.end(3, version: 2)
      $0.get(c, "linearizable", by: 4)
      $0.get(b, "linearizable", by: 4, version: 3)
      $0.get(a, "linearizable", by: 4)
    },
    Example("keys are independent", true) {
      $0.ask(1, "put", a, "committed", key: "x")
      $0.end(1)
      $0.get(.null, "linearizable")
    },
  ]

  @Test(arguments: examples + conditionsAndIDs)
  func decides(_ example: Example) throws {
    var story = Story()
    example.build(&story)
    for looksAhead in [true, false] {
      var oracle = Oracle(timeToLive: example.timeToLive)
      oracle.looksAhead = looksAhead
      #expect((try oracle.decide(story.events) == .explained) == example.isLegal)
    }
  }

  @Test func whatTheContractMakesItExplains() throws {
    for seed in 0..<2000 as Range<UInt64> {
      var random = SplitMix64(scattering: seed)
      let features = Features(using: &random)
      let events = HistoryGenerator.make(features, using: random)
      let oracle = Oracle(timeToLive: features.timeToLive.map { .milliseconds($0) }, limit: 200_000)
      #expect(try oracle.decide(events) == .explained, "seed \(seed)")
    }
  }

  /// Pruning dead ends changes no answer.
  @Test func lookingAheadChangesNoAnswer() throws {
    var decided = 0
    for seed in 0..<600 as Range<UInt64> {
      var random = SplitMix64(scattering: seed)
      var features = Features(using: &random)
      features.operations = min(features.operations, 6)
      var events = HistoryGenerator.make(features, using: random)
      for _ in 0..<3 {
        guard let mutation = Mutation.allCases.randomElement(using: &random) else { continue }
        events = mutation.apply(to: events, using: &random) ?? events
      }
      let ahead = Oracle(timeToLive: features.timeToLive.map { .milliseconds($0) }, limit: 20_000)
      var plain = ahead
      plain.looksAhead = false
      guard let answer = try? ahead.decide(events) else { continue }
      let other = try plain.decide(events)
      if case .undecided = other { continue }
      decided += 1
      #expect(answer == other, "seed \(seed)")
    }
    #expect(decided > 400)
  }
}
