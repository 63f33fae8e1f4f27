import History
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Checks a history against the promises of a store: the always-decided checks, and linearizability key by key.
public struct ConsistencyChecker: Sendable {
  /// How histories are checked.
  public var options: CheckOptions

  /// - Parameter options: by default no limits, and the model guessed from the operations.
  public init(options: CheckOptions = CheckOptions()) { self.options = options }

  /// Checks a recorded history, given in the order of time.
  ///
  /// - Throws: `ConsistencyError`, for events that are no history.
  public func check(_ events: [Event]) throws(ConsistencyError) -> ConsistencyReport {
    let start = ContinuousClock.now
    let budget = Budget(timeout: options.timeout, memoryLimitBytes: options.memoryLimitBytes, since: start)
    var symbols = Symbols()
    let assembler = try Assembler(events, symbols: &symbols)
    return try report(assembler, symbols: symbols, since: start, format: .jsonLines, budget: budget)
  }

  /// The results for a history that has been read.
  func report(
    _ assembler: Assembler, symbols: Symbols, since start: ContinuousClock.Instant, format: HistoryFormat,
    budget: Budget
  ) throws(ConsistencyError) -> ConsistencyReport {
    var model = try Model.of(assembler, symbols, options: options)
    var note: String?
    if model != nil, let op = Model.transaction(in: assembler.ops, symbols) {
      model = nil
      note =
        "the value of `\(symbols.function(op.function))` (event \(op.call)) is a transaction of micro-operations, which "
        + "no model here has"
    } else if model == nil {
      let names = assembler.actionSet.contains(.other) ? assembler.ops.first { $0.action == .other } : nil
      note = names.map {
        "the operation `\(symbols.function($0.function))` (event \($0.call)) belongs to no known model; "
          + "--model lists the known ones"
      }
    }
    let (chosen, initial) = (model, options.initial)
    let prepared = budget.run {
      Result { () throws(ConsistencyError) in
        try PreparedHistory(assembler, symbols: symbols, model: chosen, initial: initial)
      }
    }
    guard let prepared else { return unread(.time, assembler, since: start) }
    return report(try prepared.get(), model: model, note: note, since: start, format: format, budget: budget)
  }

  private func report(
    _ history: PreparedHistory, model: Model?, note: String?, since start: ContinuousClock.Instant,
    format: HistoryFormat, budget: Budget
  ) -> ConsistencyReport {
    let failedCas = options.failedCas ?? (format == .textLog ? .sawAnother : .notDone)
    let threads = options.threads ?? Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    let isRegister = model?.isRegister == true
    let options = options

    let board = VerdictBoard(groups: history.groupCount)
    _ = budget.run {
      let trail = AuditTrail(history)
      // The always-decided checks come first, so that no search uses up their time.
      if isRegister {
        Self.forEachKey(of: history, threads: threads, within: budget) { group in
          var key = KeyAudit(history, group: group, trail: trail, options: options)
          board.post(group: group, key.run())
        }
      }
      guard let model else { return }
      Self.forEachKey(of: history, threads: threads, within: budget) { group in
        let check = KeyCheck(
          history: history, trail: trail, model: model, options: options, failedCas: failedCas, budget: budget)
        board.post(group: group, check.verdict(ofGroup: group))
      }
    }
    let posted = board.take()
    var (audit, keys) = (posted.audit, posted.keys)
    func left(_ isDone: [Bool]) -> [Int] { isDone.indices.filter { !isDone[$0] && history.count(inGroup: $0) > 0 } }
    let limit = (budget.exhausted() ?? .memory).rawValue
    if !left(posted.isAudited).isEmpty { audit.skip(limit) }
    if model != nil {
      keys += left(posted.isDecided).map { KeyVerdict(unchecked: history, group: $0, note: limit) }
    }
    keys.sort { ($0.verdict.weight, $1.key ?? "") > ($1.verdict.weight, $0.key ?? "") }
    var checks = isRegister ? audit.outcomes : []
    var linearizability = Self.linearizability(keys, model: model)
    if let note { linearizability.note = note }
    if linearizability.verdict == .holds, !Self.hasAnswer(history.ops, failedCas) {
      linearizability.verdict = .unknown
      linearizability.note = "no operation was answered, so there is nothing that could be judged"
    }
    checks.append(linearizability)
    return ConsistencyReport(
      verdict: Verdict(combining: checks.map(\.verdict)), model: model, checks: checks, keys: keys,
      events: history.eventCount, operations: history.ops.count,
      unknowns: history.unknownCount, failures: history.failedCount,
      seconds: (ContinuousClock.now - start) / .seconds(1), peakMemoryBytes: ProcessMemory.peakBytes, notes: [])
  }

  /// Whether anything in the history could have been wrong.
  private static func hasAnswer(_ ops: [Op], _ failedCas: CheckOptions.FailedCas) -> Bool {
    ops.contains { op in
      op.action != .audit
        && (op.outcome == .ok || (op.outcome == .failed && op.action == .cas && failedCas == .sawAnother))
    }
  }

  /// Calls `body` for every key with operations while time and memory last.
  private static func forEachKey(
    of history: PreparedHistory, threads: Int, within budget: Budget, _ body: @Sendable (_ group: Int) -> Void
  ) {
    let inUse = Atomic<Int>(0)
    let deferred = Mutex<[Int]>([])
    Parallel.run(count: history.groupCount, threads: threads) { group, seen in
      let count = history.count(inGroup: group)
      guard count > 0 else { return }
      // Asking costs more than checking a small key.
      guard seen % 16 == 0 || count > 1000 else { return body(group) }
      let bytes = count * workingBytes
      let others = inUse.add(bytes, ordering: .relaxed).oldValue
      defer { inUse.subtract(bytes, ordering: .relaxed) }
      switch budget.exhausted(reserving: others + bytes) {
      case nil: body(group)
      case .memory? where others > 0: deferred.withLock { $0.append(group) }
      case _?: break
      }
    }
    // Keys that do not fit together may fit one after the other.
    for group in deferred.withLock({ $0 }) {
      guard budget.exhausted(reserving: history.count(inGroup: group) * workingBytes) == nil else { continue }
      body(group)
    }
  }

  /// What the check of a key takes besides, for each of its operations: a copy of it, and its values' writers.
  private static let workingBytes = 200

  private static func linearizability(_ keys: [KeyVerdict], model: Model?) -> CheckOutcome {
    var outcome = CheckOutcome(check: .linearizability)
    guard model != nil else {
      outcome.verdict = .unknown
      outcome.note = "the operations together belong to no known model"
      return outcome
    }
    outcome.verdict = Verdict(combining: keys.lazy.map(\.verdict))
    outcome.examined = keys.count
    outcome.violations = keys.count { $0.verdict == .violated }
    outcome.numbers["unknownKeys"] = Double(keys.count { $0.verdict == .unknown })
    outcome.findings = keys.lazy.filter { $0.verdict == .violated }.prefix(Tally.findingsKept).map {
      Finding(
        check: .linearizability, key: $0.key, message: $0.message ?? "no order of the operations explains them",
        operations: $0.core)
    }
    outcome.note = keys.first { $0.verdict == .unknown }?.note
    return outcome
  }
}

extension Verdict {
  /// Violated outranks unknown outranks holds.
  var weight: Int {
    switch self {
    case .holds: 0
    case .unknown: 1
    case .violated: 2
    }
  }
}
