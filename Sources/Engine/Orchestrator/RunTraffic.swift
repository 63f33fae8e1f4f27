import ChaosPlan
import History
import Workload

/// The clients of a run and its final reads: the port between a run and what uses the store. Everything that they do is
/// in the history.
protocol RunTraffic: Sendable {
  /// Runs all clients, and returns when `stop` was called and no operation is open any more.
  func run() async

  /// No client begins another operation.
  func stop()

  /// Drains the store, audits every write and reads every key. Ends early where the task is cancelled.
  ///
  /// - Parameter progress: told what is asked, and how many of how many questions are answered.
  func settle(progress: @escaping @Sendable (_ what: String, _ done: Int, _ of: Int) -> Void) async
    -> Settlement.Outcome

  /// The first error of the history file, if there was one: the run cannot be judged then.
  var failure: HistoryError? { get }
}

/// Traffic through the store's HTTP interface.
struct StoreTraffic: RunTraffic {
  private let recorder: Recorder
  private let traffic: Traffic
  private let settlement: Settlement

  /// - Parameters:
  ///   - url: the store's address.
  ///   - namespace: begins every key and operation id.
  init(
    _ settings: WorkloadSettings, url: String, seed: UInt64, namespace: String, history: HistoryWriter,
    limits: Settlement.Limits
  ) {
    let clients = settings.clients
    let lanes = limits.concurrency
    recorder = Recorder(
      store: StoreClient(baseURL: url, connections: clients + lanes, valueBytes: settings.valueBytes),
      history: history, stride: clients + lanes)
    traffic = Traffic(settings: settings, seed: seed, namespace: namespace, recorder: recorder)
    settlement = Settlement(recorder: recorder, firstProcess: clients, limits: limits)
  }

  var failure: HistoryError? { recorder.failure }

  func run() async { await traffic.run() }

  func stop() { traffic.stop() }

  func settle(
    progress: @escaping @Sendable (_ what: String, _ done: Int, _ of: Int) -> Void
  ) async -> Settlement.Outcome {
    await settlement.run(progress: progress)
  }
}
