import ChaosPlan
import History
import Polling
import Workload

/// The phase after the traffic, when the tier is quiet again: it reads everything, or drains the queue. Each request is
/// repeated until it is answered; all of them have the level `final`.
public struct FinalPhase: Sendable {
  public static let level = Event.FinalLevel.store.rawValue
  private static let pauseWhenEmpty = Duration.milliseconds(500)
  /// How often in a row the queue must be found empty.
  private static let emptyAnswers = 3

  private let settings: ClientSettings
  private let client: any TierClient
  /// When unanswered reads are given up on.
  private let deadline: ContinuousClock.Instant
  private var recorded: RecordedClient

  /// - Parameter limit: when to give up on unanswered reads.
  public init(
    _ settings: ClientSettings, client: any TierClient, process: Int, stride: Int, limit: Duration,
    sink: any HistorySink
  ) {
    self.settings = settings
    self.client = client
    deadline = .now + limit
    recorded = RecordedClient(sink: sink, process: process, stride: stride, level: Self.level)
  }

  /// - Returns: what was not answered in time, as text; empty if everything was.
  public mutating func run() async -> [String] {
    switch settings.workload {
    case .register:
      var open: [String] = []
      for key in 0..<settings.keys where await ask(.get(key: key)) == nil {
        open.append(TierOperation.name(ofKey: key))
      }
      return open
    case .set: return await ask(.readAll) == nil ? ["the elements"] : []
    case .bank: return await ask(.readBalances) == nil ? ["the balances"] : []
    case .queue:
      // A message whose consumer is gone comes back once the broker notices.
      var empty = 0
      while empty < Self.emptyAnswers {
        guard let completion = await ask(.dequeue) else { return ["the queue's end"] }
        empty = completion.value == .null ? empty + 1 : 0
        if empty > 0 { try? await Task.sleep(for: Self.pauseWhenEmpty) }
      }
      return []
    }
  }

  /// `nil` if the time was up before it was answered with ok.
  private mutating func ask(_ operation: TierOperation) async -> Completion? {
    let client = client
    let completion = await Poll.until(deadline, every: .milliseconds(250)) { () async throws(Never) in
      await recorded.perform(operation) { await client.performFinal(operation) }
    } isFinal: {
      $0.outcome == .ok
    }
    return completion.outcome == .ok ? completion : nil
  }
}
