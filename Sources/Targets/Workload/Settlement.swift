import ChaosPlan
import History
import Polling
import Synchronization

/// The phase after the traffic: the drain, the audit of every write by its operation id, and the final reads of every
/// key.
///
/// Refused writes are audited too. A refusal promises that the write was certainly not applied.
public final class Settlement: Sendable {
  /// How long it waits.
  public struct Limits: Sendable, Hashable {
    /// How long the drain continues without finding another acknowledged write applied.
    public var stall: Duration
    /// How long one request is repeated until it is answered. If nothing at all was answered for this long, the store
    /// counts as gone and nothing more is asked; otherwise the waits would add up, request by request.
    public var answer: Duration
    /// How long the cache has to converge.
    public var convergence: Duration
    /// Requests in progress at the same time.
    public var concurrency: Int

    public init(
      stall: Duration = .seconds(20), answer: Duration = .seconds(40), convergence: Duration = .seconds(15),
      concurrency: Int = 12
    ) {
      self.stall = stall
      self.answer = answer
      self.convergence = convergence
      self.concurrency = concurrency
    }
  }

  /// What it did, for the report; the history has the answers.
  public struct Outcome: Sendable, Hashable {
    public var acknowledgedWrites = 0
    public var unknownWrites = 0
    public var refusedWrites = 0
    /// Refused writes that the store's record has anyway.
    public var appliedRefusedWrites: [String] = []
    /// Acknowledged writes that the store's record did not have when the drain was given up.
    public var missingWrites: [String] = []
    /// Unknown writes that turned out to have been applied.
    public var appliedUnknownWrites = 0
    /// Writes whose fate is not known, because the audit got no answer.
    public var unansweredAudits: [String] = []
    /// Keys whose final read got no answer.
    public var unreadKeys: [String] = []
    public var keys = 0
    /// From the end of the traffic until the last acknowledged write was found applied (or the drain was given up).
    public var drain: Duration = .zero

    public init() {}

    /// Whether everything that was asked got an answer.
    public var isComplete: Bool { unansweredAudits.isEmpty && unreadKeys.isEmpty }
  }

  private let recorder: Recorder
  private let limits: Limits
  /// The process number of each lane, which moves on when an outcome is unknown.
  private let processes: Mutex<[Int]>
  /// When anything was last answered.
  private let lastAnswer = Mutex(ContinuousClock.now)

  /// - Parameter firstProcess: the final phase's processes begin here; the recorder's stride must have room for them.
  public init(recorder: Recorder, firstProcess: Int, limits: Limits = Limits()) {
    self.recorder = recorder
    self.limits = limits
    processes = Mutex((0..<limits.concurrency).map { firstProcess + $0 })
  }

  /// Drains, audits and reads. Ends early if the task is cancelled; what is unanswered then stays unanswered.
  ///
  /// - Parameter progress: called with what is asked, and how many of how many requests are answered.
  public func run(progress: @escaping @Sendable (_ what: String, _ done: Int, _ of: Int) -> Void) async -> Outcome {
    var outcome = Outcome()
    let writes = recorder.writes
    outcome.acknowledgedWrites = writes.count { $0.outcome == .ok }
    outcome.unknownWrites = writes.count { $0.outcome == .unknown }
    outcome.refusedWrites = writes.count { $0.outcome == .failed }

    let start = ContinuousClock.now
    lastAnswer.withLock { $0 = start }
    var answers = await audit(writes.filter { $0.outcome != .failed }.map(\.operation)) { progress("audit", $0, $1) }
    func missing(_ end: History.Outcome) -> [StoreOperation] {
      writes.filter { $0.outcome == end && answers[$0.operation.operation] != true }.map(\.operation)
    }
    let late = missing(.ok)
    await drain(late) { progress("drain", $0, $1) }
    answers.merge(await audit(late) { progress("audit", $0, $1) }) { _, new in new }
    outcome.drain = start.duration(to: .now)
    // Only now: a write that was refused, or has no outcome, may have waited in a queue until the drain was over.
    let others = missing(.unknown) + writes.filter { $0.outcome == .failed }.map(\.operation)
    answers.merge(await audit(others) { progress("audit", $0, $1) }) { _, new in new }
    for write in writes {
      let name = write.operation.operation ?? ""
      switch (answers[name], write.outcome) {
      case (true?, .unknown): outcome.appliedUnknownWrites += 1
      case (true?, .failed): outcome.appliedRefusedWrites.append(name)
      case (false?, .ok): outcome.missingWrites.append(name)
      case (nil, _): outcome.unansweredAudits.append(name)
      default: break
      }
    }

    // A key that got only refused writes is read as well: it has to be absent.
    let keys = Set(writes.map(\.operation.key)).sorted()
    outcome.keys = keys.count
    await finalReads(keys, &outcome) { progress("final reads", $0, $1) }
    return outcome
  }

  /// Asks the store's record for every write; question and answer go to the history.
  ///
  /// - Returns: by operation id, whether it was applied; those without an answer are not in it.
  private func audit(
    _ writes: [StoreOperation], progress: @escaping @Sendable (Int, Int) -> Void
  ) async -> [String?: Bool] {
    let found = await map(writes, progress: progress) { write, process in
      let question = StoreOperation(action: .audit, key: write.key, operation: write.operation)
      return (write.operation, await self.answered(question, process: &process, level: nil)?.value)
    }
    var answers: [String?: Bool] = [:]
    for case (let name, .bool(let isApplied)?) in found { answers[name] = isApplied }
    return answers
  }

  /// Waits until the store's record has these acknowledged writes, or no more of them appear.
  private func drain(_ late: [StoreOperation], progress: @escaping @Sendable (Int, Int) -> Void) async {
    let clock = ContinuousClock()
    var pending = late
    var lastProgress = clock.now
    while !pending.isEmpty, !Task.isCancelled, !isStoreGone, lastProgress.duration(to: clock.now) < limits.stall {
      try? await clock.sleep(for: .milliseconds(300))
      let applied = await map(pending) { write, _ in
        let answer = await self.recorder.look(
          StoreOperation(action: .audit, key: write.key, operation: write.operation))
        if answer.outcome == .ok { self.lastAnswer.withLock { $0 = clock.now } }
        return answer
      }
      let rest = zip(pending, applied).filter { $0.1.value != .bool(true) }.map(\.0)
      if rest.count < pending.count { lastProgress = clock.now }
      pending = rest
      progress(late.count - pending.count, late.count)
    }
  }

  /// A linearizable read of every key, and then a cached one, which must agree.
  private func finalReads(
    _ keys: [String], _ outcome: inout Outcome, progress: @escaping @Sendable (Int, Int) -> Void
  ) async {
    let clock = ContinuousClock()
    let deadline = clock.now + limits.convergence
    let answers = await map(keys, progress: progress) { key, process -> Bool in
      let read = StoreOperation(action: .get(.linearizable), key: key)
      guard let final = await self.answered(read, process: &process, level: Event.FinalLevel.store.rawValue) else {
        return false
      }
      let cached = StoreOperation(action: .get(.cache), key: key)
      while clock.now < deadline, !Task.isCancelled {
        let seen = await self.recorder.look(cached)
        if seen.value == final.value, !seen.isPending { break }
        try? await clock.sleep(for: .milliseconds(250))
      }
      _ = await self.recorder.perform(cached, process: &process, level: Event.FinalLevel.cache.rawValue)
      return true
    }
    outcome.unreadKeys = zip(keys, answers).filter { !$0.1 }.map(\.0)
  }

  private var isStoreGone: Bool { lastAnswer.withLock { $0.duration(to: .now) >= limits.answer } }

  /// Repeats a request until it is answered; `nil` if the time is up, or the store is gone.
  private func answered(_ operation: StoreOperation, process: inout Int, level: String?) async -> Completion? {
    guard !isStoreGone else { return nil }
    let answer = await Poll.until(.now + limits.answer, every: .milliseconds(250)) { () async throws(Never) in
      await recorder.perform(operation, process: &process, level: level)
    } isFinal: {
      $0.outcome == .ok
    }
    guard answer.outcome == .ok else { return nil }
    lastAnswer.withLock { $0 = .now }
    return answer
  }

  /// Maps with bounded concurrency, each lane under a process number of its own; the results are in the items' order.
  private func map<Item: Sendable, Result: Sendable>(
    _ items: [Item], progress: (@Sendable (Int, Int) -> Void)? = nil,
    _ transform: @escaping @Sendable (Item, inout Int) async -> Result
  ) async -> [Result] {
    let lanes = min(limits.concurrency, max(items.count, 1))
    return await withTaskGroup(of: [(Int, Result)].self) { group in
      for lane in 0..<lanes {
        group.addTask {
          var process = self.processes.withLock { $0[lane] }
          defer { self.processes.withLock { [process] in $0[lane] = process } }
          var results: [(Int, Result)] = []
          for index in stride(from: lane, to: items.count, by: lanes) {
            results.append((index, await transform(items[index], &process)))
            if lane == 0 { progress?(min(items.count, results.count * lanes), items.count) }
          }
          return results
        }
      }
      var all: [(Int, Result)] = []
      all.reserveCapacity(items.count)
      for await part in group { all += part }
      return all.sorted { $0.0 < $1.0 }.map(\.1)
    }
  }
}
