import Consistency
import Foundation
import HTTPClient
import History
import Synchronization
import Testing

/// Clients race for keys with conditional puts. The values are unique, so a compare-and-set of the version is one of
/// the value, and the checker can judge it; a 412 says that another value was there.
struct SwapRace: Sendable {
  let keys: [String]
  private let caller: StoreCaller
  private let log = EventLog()
  private static let committed = "?ack=committed"
  /// How long a client asks what became of a swap that it was not told the outcome of.
  private static let patience: Duration = .seconds(40)
  /// More than the number of clients: a client without an answer continues as another process.
  private static let stride = 100

  /// - Parameter keys: how many the clients race for.
  init(_ caller: StoreCaller, keys: Int) async throws {
    self.caller = caller
    let run = UUID().uuidString
    self.keys = (0..<keys).map { "cas-\(run)-\($0)" }
    for key in self.keys {
      log.add(0, .invoke, "put", key, .string("0"))
      let answer = try await caller.put(key, "0")
      #expect(answer.status == 200)
      log.add(0, .ok, "put", key, .string("0"), answer)
    }
  }

  /// Swaps, one key after the other, so often or until `end`.
  func run(client: Int, rounds: Int = .max) async {
    var process = client
    for round in 0..<rounds {
      if log.hasEnded { return }
      await step(&process, keys[round % keys.count], "\(client).\(round)")
    }
  }

  /// Has every client stop after its round.
  func end() { log.end() }

  var swaps: Int { count("cas", .ok) }
  var refusals: Int { count("cas", .fail) }
  var unanswered: Int { count("get", .fail) + count("cas", .info) }
  /// Swaps whose outcome came from the operation's record.
  var settled: Int { log.settledCount }

  private func count(_ function: String, _ kind: Event.Kind) -> Int {
    log.events.count { $0.function == function && $0.kind == kind }
  }

  /// Whether it was linearizable, and every key ended at the version that this number of swaps makes.
  func judge() async throws {
    let events = log.events
    let options = CheckOptions(model: .casRegister, failedCas: .sawAnother, timeout: .seconds(30))
    let report = try ConsistencyChecker(options: options).check(events)
    #expect(report.verdict == .holds, "\(report)")
    for key in keys {
      let applied = events.count { $0.function == "cas" && $0.kind == .ok && $0.key == key }
      let unknown = events.count { $0.function == "cas" && $0.kind == .info && $0.key == key }
      let final = try await caller.send("GET", "/store/\(key)?read=linearizable")
      let version = try #require(final.header("ETag").flatMap(EventLog.version(ofTag:)))
      #expect((applied + 1...applied + unknown + 1).contains(Int(version)))
    }
  }

  /// Reads, and tries to put a new value in the place of what it read.
  private func step(_ process: inout Int, _ key: String, _ value: String) async {
    log.add(process, .invoke, "get", key, .null)
    guard let read = try? await caller.send("GET", "/store/\(key)?read=linearizable"), read.status == 200,
      let old = read.json["value"] as? String, let tag = read.header("ETag")
    else {
      log.add(process, .fail, "get", key, .null)
      // A client that is refused does not ask again at once.
      return (try? await Task.sleep(for: .milliseconds(50))) ?? ()
    }
    log.add(process, .ok, "get", key, .string(old), read)
    let pair = Value.list([.string(old), .string(value)])
    let operation = UUID().uuidString
    log.add(process, .invoke, "cas", key, pair)
    let answer = try? await caller.put(
      key, value, Self.committed, [("If-Match", tag), ("Idempotency-Key", operation)])
    switch answer?.status {
    case 200: log.add(process, .ok, "cas", key, pair, answer)
    case 412: log.add(process, .fail, "cas", key, pair)
    // Certainly not applied, but it has seen nothing.
    case 503 where answer?.isRefusal == true: log.withdraw(process)
    default:
      let record = await settle(operation)
      let kind: Event.Kind = record.map { $0.json["applied"] as? Bool == true ? .ok : .fail } ?? .info
      log.add(process, kind, "cas", key, pair, kind == .ok ? record : nil, isSettled: record != nil)
      if kind == .info { process += Self.stride }
    }
  }

  /// The record of an operation of unknown outcome; that there is none (yet) settles nothing.
  private func settle(_ operation: String) async -> HTTPResponse? {
    let deadline = ContinuousClock.now + Self.patience
    while ContinuousClock.now < deadline {
      if let answer = try? await caller.send("GET", "/operations/\(operation)"), answer.status == 200 { return answer }
      try? await Task.sleep(for: .milliseconds(200))
    }
    return nil
  }

  /// What happened, in its order.
  private final class EventLog: Sendable {
    private struct State {
      var events: [Event] = []
      var settled = 0
      var hasEnded = false
    }

    private let start = ContinuousClock.now
    private let state = Mutex(State())

    var settledCount: Int { state.withLock { $0.settled } }
    var hasEnded: Bool { state.withLock { $0.hasEnded } }

    func end() { state.withLock { $0.hasEnded = true } }

    var events: [Event] {
      state.withLock { state in
        state.events.enumerated().map { index, event in
          var event = event
          event.index = index
          return event
        }
      }
    }

    func add(
      _ client: Int, _ kind: Event.Kind, _ function: String, _ key: String, _ value: Value,
      _ answer: HTTPResponse? = nil, isSettled: Bool = false
    ) {
      let version = answer?.header("ETag").flatMap(Self.version(ofTag:))
      state.withLock { state in
        if isSettled { state.settled += 1 }
        state.events.append(
          Event(
            index: 0, timeNanoseconds: Int64((ContinuousClock.now - start) / .nanoseconds(1)),
            process: .client(client), kind: kind, function: function, key: key, value: value, version: version))
      }
    }

    /// Takes back the invocation that the client has open: nothing came of it.
    func withdraw(_ client: Int) {
      state.withLock { state in
        guard let index = state.events.lastIndex(where: { $0.process == .client(client) }),
          state.events[index].kind == .invoke
        else { return }
        state.events.remove(at: index)
      }
    }

    static func version(ofTag tag: String) -> Int64? { Int64(tag.dropFirst().dropLast()) }
  }
}
