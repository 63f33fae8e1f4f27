import ChaosPlan
import History
import Synchronization
import Testing

@testable import Workload

/// What becomes of a client's operations in its history.
struct RecordedClientTests {
  /// Keeps the events.
  final class Sink: HistorySink {
    private let kept = Mutex<[Event]>([])
    var events: [Event] { kept.withLock { $0 } }
    func append(_ event: Event) { kept.withLock { $0.append(event) } }
  }

  private static let put = StoreOperation(action: .put(value: "v", .queued), key: "k", operation: "o")
  private static let get = StoreOperation(action: .get(.cache), key: "k")
  private static let audit = StoreOperation(action: .audit, key: "k", operation: "o")

  private func events(
    of operation: StoreOperation, _ completion: Completion, level: String? = nil
  ) async -> [Event] {
    let sink = Sink()
    var client = RecordedClient(sink: sink, process: 3, stride: 100, level: level)
    #expect(await client.perform(operation) { completion } == completion)
    return sink.events
  }

  @Test func theInvocationIsWrittenBeforeTheOperationIsSent() async {
    let sink = Sink()
    var client = RecordedClient(sink: sink, process: 3, stride: 100)
    _ = await client.perform(Self.put) {
      #expect(sink.events.map(\.kind) == [.invoke])
      return Completion(.ok)
    }
    #expect(sink.events.map(\.kind) == [.invoke, .ok])
  }

  @Test func aWriteCarriesItsValueAndItsId() async {
    let events = await events(of: Self.put, Completion(.failed, version: 4, error: "503"))
    #expect(events.map(\.function) == ["put", "put"] && events.map(\.key) == ["k", "k"])
    #expect(events.map(\.value) == [.string("v"), .string("v")])
    #expect(events.map(\.operation) == ["o", "o"] && events.map(\.level) == ["queued", "queued"])
    #expect(events.map(\.version) == [nil, 4] && events.map(\.error) == [nil, "503"])
  }

  @Test func aReadBringsItsValue() async {
    let events = await events(of: Self.get, Completion(.ok, value: .string("v")))
    #expect(events.map(\.value) == [.null, .string("v")])
    #expect(events.map(\.level) == ["cache", "cache"] && events.map(\.operation) == [nil, nil])
  }

  /// A level that is given says more than that: the final reads are told from others by it.
  @Test(
    arguments: [
      (get, true, nil, ["cache", "pending"]), (get, false, nil, ["cache", "cache"]),
      (get, true, "final", ["final", "final"]), (audit, true, nil, [nil, nil]),
      (audit, true, "final", ["final", "final"]),
    ] as [(StoreOperation, Bool, String?, [String?])])
  func whatIsPendingIsSaidByTheLevel(operation: StoreOperation, isPending: Bool, level: String?, levels: [String?])
    async
  {
    let events = await events(of: operation, Completion(.ok, value: .string("v"), isPending: isPending), level: level)
    #expect(events.map(\.level) == levels)
  }

  /// What timed out may still act: its process never says anything again.
  @Test func anUnknownOutcomeEndsItsProcess() async {
    let sink = Sink()
    var client = RecordedClient(sink: sink, process: 3, stride: 100)
    for outcome in [Outcome.ok, .unknown, .failed, .unknown] {
      _ = await client.perform(Self.get) { Completion(outcome) }
    }
    #expect(client.process == 203)
    #expect(sink.events.map(\.process) == [3, 3, 3, 3, 103, 103, 103, 103].map(Event.Process.client))
    #expect(sink.events.map(\.kind) == [.invoke, .ok, .invoke, .info, .invoke, .fail, .invoke, .info])
  }
}
