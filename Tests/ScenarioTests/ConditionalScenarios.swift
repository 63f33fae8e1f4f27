import Consistency
import Foundation
import HTTPClient
import History
import Synchronization
import Testing

extension Scenarios {
  /// Conditional writes on the real stack: a compare-and-set on the version.
  @Suite(.serialized) struct ConditionalScenarios {
    private static let committed = "?ack=committed"

    @Test(.timeLimit(.minutes(1))) func theFirstOutcomeIsTheOnlyOne() async throws {
      let caller = try await StoreCaller()
      let (key, early, first) = (UUID().uuidString, UUID().uuidString, UUID().uuidString)
      func put(_ operation: String, _ version: Int) async throws -> HTTPResponse {
        try await caller.put(
          key, operation, Self.committed, [("Idempotency-Key", operation), ("If-Match", "\"\(version)\"")])
      }
      let absent = try await caller.put(key, "v", Self.committed, [("If-Match", "\"1\"")])
      #expect(absent.status == 412 && absent.header("ETag") == nil && absent.isRefusal, "\(absent.text)")
      #expect(try await caller.put(key, "v", Self.committed, [("If-None-Match", "*")]).header("ETag") == "\"1\"")
      let again = try await caller.put(key, "v", Self.committed, [("If-None-Match", "*")])
      #expect(again.status == 412 && again.header("ETag") == "\"1\"", "\(again.text)")
      #expect(try await put(early, 2).status == 412)
      #expect(try await put(first, 1).header("ETag") == "\"2\"")
      // The retries: of what was refused, though its condition holds by now, and of what was applied.
      let refused = try await put(early, 2)
      #expect(refused.status == 412 && refused.header("ETag") == "\"1\"", "\(refused.text)")
      #expect(try await put(first, 1).header("ETag") == "\"2\"")
      #expect(try await caller.send("GET", "/operations/\(early)").json["applied"] as? Bool == false)
      #expect(try await caller.send("GET", "/operations/\(first)").json["applied"] as? Bool == true)
      let path = "/store/\(key)?ack=committed"
      #expect(try await caller.send("DELETE", path, [("If-Match", "\"1\"")]).status == 412)
      #expect(try await caller.send("DELETE", path, [("If-Match", "\"2\"")]).status == 200)
      // A deleted key is absent, and its version goes on.
      #expect(try await caller.put(key, "v", Self.committed, [("If-None-Match", "*")]).header("ETag") == "\"4\"")
    }

    /// Clients race for a key with conditional puts. The values are unique, so a compare-and-set of the version is one of
    /// the value, and the checker can judge it; a 412 says that another value was there.
    @Test(.timeLimit(.minutes(3))) func conditionalPutsAreLinearizable() async throws {
      let caller = try await StoreCaller()
      let run = UUID().uuidString
      let keys = (0..<2).map { "cas-\(run)-\($0)" }
      let log = EventLog()
      for key in keys {
        log.add(0, .invoke, "put", key, .string("0"))
        let answer = try await caller.put(key, "0")
        #expect(answer.status == 200)
        log.add(0, .ok, "put", key, .string("0"), answer)
      }
      await withTaskGroup(of: Void.self) { group in
        for client in 1...6 {
          group.addTask {
            for round in 0..<20 { await Self.step(caller, log, client, keys[round % keys.count], "\(client).\(round)") }
          }
        }
      }
      let events = log.events
      let swaps = events.count { $0.function == "cas" && $0.kind == .ok }
      let refusals = events.count { $0.function == "cas" && $0.kind == .fail }
      #expect(events.allSatisfy { $0.kind != .info })
      // A race that nobody lost would have tested nothing.
      #expect(swaps > 0 && refusals > 0, "\(swaps) swapped, \(refusals) refused")
      let options = CheckOptions(model: .casRegister, failedCas: .sawAnother, timeout: .seconds(30))
      let report = try ConsistencyChecker(options: options).check(events)
      #expect(report.verdict == .holds, "\(report)")
      for key in keys {
        let applied = events.count { $0.function == "cas" && $0.kind == .ok && $0.key == key }
        let final = try await caller.send("GET", "/store/\(key)?read=linearizable")
        #expect(final.header("ETag") == "\"\(applied + 1)\"")
      }
    }

    /// Reads, and tries to put a new value in the place of what it read.
    private static func step(_ caller: StoreCaller, _ log: EventLog, _ client: Int, _ key: String, _ value: String)
      async
    {
      log.add(client, .invoke, "get", key, .null)
      guard let read = try? await caller.send("GET", "/store/\(key)?read=linearizable"), read.status == 200,
        let old = read.json["value"] as? String, let tag = read.header("ETag")
      else { return log.add(client, .info, "get", key, .null) }
      log.add(client, .ok, "get", key, .string(old), read)
      let pair = Value.list([.string(old), .string(value)])
      log.add(client, .invoke, "cas", key, pair)
      let answer = try? await caller.put(key, value, committed, [("If-Match", tag)])
      switch answer?.status {
      case 200: log.add(client, .ok, "cas", key, pair, answer)
      case 412: log.add(client, .fail, "cas", key, pair)
      default: log.add(client, .info, "cas", key, pair)
      }
    }

    /// What happened, in its order.
    private final class EventLog: Sendable {
      private let start = ContinuousClock.now
      private let recorded = Mutex<[Event]>([])

      var events: [Event] { recorded.withLock { $0 } }

      func add(
        _ client: Int, _ kind: Event.Kind, _ function: String, _ key: String, _ value: Value,
        _ answer: HTTPResponse? = nil
      ) {
        let version = answer?.header("ETag").flatMap { Int64($0.dropFirst().dropLast()) }
        recorded.withLock { events in
          events.append(
            Event(
              index: events.count, timeNanoseconds: Int64((ContinuousClock.now - start) / .nanoseconds(1)),
              process: .client(client), kind: kind, function: function, key: key, value: value, version: version))
        }
      }
    }
  }
}
