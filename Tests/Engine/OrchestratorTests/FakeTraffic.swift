import History
import Synchronization
import Workload

@testable import Orchestrator

/// One client that writes and reads one key over and over, and is always served.
final class FakeTraffic: RunTraffic {
  private struct State {
    var writes = 0
    var isStopping = false
    var hasRun = false
    var hasSettled = false
    var failure: HistoryError?
  }

  private let history: HistoryWriter
  private let waitsForCancel: Bool
  private let state = Mutex(State())

  /// - Parameter waitsForCancel: whether the final reads go on until they are cancelled.
  init(_ history: HistoryWriter, waitsForCancel: Bool = false) {
    self.history = history
    self.waitsForCancel = waitsForCancel
    // However slow the machine is, there is an operation before the first look at the traffic.
    write()
  }

  var failure: HistoryError? { state.withLock { $0.failure } }
  var hasRun: Bool { state.withLock { $0.hasRun } }
  var hasSettled: Bool { state.withLock { $0.hasSettled } }

  func fail() {
    state.withLock { $0.failure = .inputOutput(file: "history.jsonl", action: "write to", reason: "disk full") }
  }

  func run() async {
    state.withLock { $0.hasRun = true }
    while !state.withLock({ $0.isStopping }) {
      write()
      try? await Task.sleep(for: .milliseconds(2))
    }
  }

  func stop() { state.withLock { $0.isStopping = true } }

  func settle(
    progress: @escaping @Sendable (_ what: String, _ done: Int, _ of: Int) -> Void
  ) async -> Settlement.Outcome {
    let writes = state.withLock { $0.writes }
    progress("audit", 0, writes)
    while waitsForCancel, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(2)) }
    for number in 1...writes { operation("operation", .null, .bool(true), "o\(number)", nil) }
    for level in ["final", "final-cache"] { operation("get", .null, .string("v\(writes)"), nil, level) }
    state.withLock { $0.hasSettled = true }
    var outcome = Settlement.Outcome()
    outcome.acknowledgedWrites = writes
    outcome.keys = 1
    return outcome
  }

  private func write() {
    let number = state.withLock { state in
      state.writes += 1
      return state.writes
    }
    operation("put", .string("v\(number)"), .string("v\(number)"), "o\(number)", "committed")
    operation("get", .null, .string("v\(number)"), nil, "linearizable")
  }

  private func operation(_ function: String, _ asked: Value, _ answer: Value, _ id: String?, _ level: String?) {
    for (kind, value) in [(Event.Kind.invoke, asked), (.ok, answer)] {
      _ = try? history.append(
        process: .client(0), kind: kind, function: function, key: "k", value: value, operation: id, level: level)
    }
  }
}
