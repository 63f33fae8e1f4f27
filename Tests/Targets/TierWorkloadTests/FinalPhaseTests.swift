import ChaosPlan
import History
import Synchronization
import Testing
import Workload

@testable import TierWorkload

/// What is asked when all is quiet again. The time is up from the start, so each question is asked once.
struct FinalPhaseTests {
  private final class Sink: HistorySink {
    private let kept = Mutex<[Event]>([])
    var events: [Event] { kept.withLock { $0 } }
    func append(_ event: Event) { kept.withLock { $0.append(event) } }
  }

  private struct Client: TierClient {
    let answer: @Sendable (TierOperation) -> Completion

    func prepare() async throws {}
    func warmUp() async {}
    func cleanUp() async throws {}
    func close() async {}
    func perform(_ operation: TierOperation) async -> Completion { answer(operation) }
  }

  private func run(
    _ workload: CapWorkload, _ answer: @escaping @Sendable (TierOperation) -> Completion
  ) async -> (open: [String], events: [Event]) {
    let sink = Sink()
    let settings = ClientSettings(
      tier: .sql, variant: .plain, workload: workload, nodes: [], namespace: "n", seed: 1, keys: 3)
    var phase = FinalPhase(
      settings, client: Client(answer: answer), process: 90, stride: 100, limit: .zero, sink: sink)
    return (await phase.run(), sink.events)
  }

  @Test func everyKeyIsReadAndThoseWithoutAnAnswerAreNamed() async {
    let (open, events) = await run(.register) { $0 == .get(key: 1) ? Completion(.unknown) : Completion(.ok) }
    #expect(open == ["k1"])
    #expect(events.map(\.key) == ["k0", "k0", "k1", "k1", "k2", "k2"])
    #expect(events.map(\.kind) == [.invoke, .ok, .invoke, .info, .invoke, .ok])
    #expect(events.map(\.process) == [90, 90, 90, 90, 190, 190].map(Event.Process.client))
    #expect(events.allSatisfy { $0.level == "final" && $0.isFinal })
  }

  @Test(
    arguments: [
      (CapWorkload.set, TierOperation.readAll, "the elements"), (.bank, .readBalances, "the balances"),
    ])
  func oneQuestionAsksForEverything(workload: CapWorkload, question: TierOperation, words: String) async {
    let answered = await run(workload) { $0 == question ? Completion(.ok) : Completion(.failed) }
    #expect(answered.open.isEmpty && answered.events.map(\.function) == ["read", "read"])
    let refused = await run(workload) { _ in Completion(.failed) }
    #expect(refused.open == [words])
  }

  @Test func aQueueThatDoesNotAnswerIsNotDrained() async {
    let (open, events) = await run(.queue) { _ in Completion(.unknown) }
    #expect(open == ["the queue's end"] && events.map(\.function) == ["dequeue", "dequeue"])
  }
}
