import History

extension ConsistencyChecker {
  /// Reads and checks a history of any format that `HistoryFormat` names.
  ///
  /// A history of plain reads and writes is checked while it is read, in memory that does not grow with its length;
  /// only if it has a problem, or needs another engine, is it read again and kept in memory.
  ///
  /// - Parameter path: a file; `-` is standard input. What can be read only once, as a pipe, is kept in a temporary
  ///   file for the second reading.
  /// - Throws: `HistoryError` for what cannot be read, `ConsistencyError` for events that are no history.
  public func check(path: String) throws -> ConsistencyReport {
    let start = ContinuousClock.now
    let budget = Budget(timeout: options.timeout, memoryLimitBytes: options.memoryLimitBytes, since: start)
    let replay = ReplayFile.isNeeded(for: path) ? try ReplayFile(of: path, limits: budget.readingLimits) : nil
    var report: ConsistencyReport?
    if options.initial == nil, options.model == nil || options.model == .register || options.model == .casRegister {
      do throws(HistoryError) {
        report = try streamed(path, replay: replay, budget: budget, since: start)
      } catch {
        return try unread(error, Assembler(), since: start)
      }
    }
    if let report { return try checked(report) }
    return try assembled(path, replay: replay, budget: budget, since: start)
  }

  /// Without an operation there was nothing to check, and no verdict is given.
  private func checked(_ report: ConsistencyReport) throws(ConsistencyError) -> ConsistencyReport {
    guard report.operations > 0 else { throw .noOperations(events: report.events) }
    return report
  }

  private func streamed(
    _ path: String, replay: ReplayFile?, budget: Budget, since start: ContinuousClock.Instant
  ) throws(HistoryError) -> ConsistencyReport? {
    var check = StreamingCheck()
    let scanner = try HistoryScanner(
      path: path, recordingTo: replay, keys: options.keys, limits: budget.readingLimits)
    let outcome = try EventPipeline.run(scanner) { block in check.consume(block) && budget.exhausted() == nil }
    guard !outcome.wasStopped, let (keys, checks) = check.finish(symbols: outcome.symbols) else { return nil }
    var notes: [String] = []
    if let line = outcome.summary.truncatedLine { notes.append(Self.truncation(line)) }
    return ConsistencyReport(
      verdict: .holds, model: options.model ?? .register, checks: checks, keys: keys, events: check.events,
      operations: keys.reduce(0) { $0 + $1.operations }, unknowns: keys.reduce(0) { $0 + $1.unknowns },
      failures: check.failures, seconds: (ContinuousClock.now - start) / .seconds(1),
      peakMemoryBytes: ProcessMemory.peakBytes, notes: notes)
  }

  private func assembled(
    _ path: String, replay: ReplayFile?, budget: Budget, since start: ContinuousClock.Instant
  ) throws -> ConsistencyReport {
    var assembler = Assembler()
    var failure: ConsistencyError?
    var exhausted: Budget.Exhausted?
    let outcome: EventPipeline.Outcome
    do throws(HistoryError) {
      let limits = budget.readingLimits
      let scanner: HistoryScanner
      if let replay {
        scanner = try HistoryScanner(
          replaying: replay, name: path == "-" ? "standard input" : path, keys: options.keys, limits: limits)
      } else {
        scanner = try HistoryScanner(path: path, keys: options.keys, limits: limits)
      }
      outcome = try EventPipeline.run(scanner) { block in
        exhausted = budget.exhausted(reserving: assembler.growthBytes(adding: block.events.count))
        guard exhausted == nil else { return false }
        do throws(ConsistencyError) {
          return try assembler.add(block)
        } catch {
          failure = error
          return false
        }
      }
    } catch {
      return try unread(error, assembler, since: start)
    }
    if let failure { throw failure }
    try assembler.check(outcome.symbols)
    if let exhausted { return unread(exhausted, assembler, since: start) }
    var report = try report(
      assembler, symbols: outcome.symbols, since: start, format: outcome.summary.format, budget: budget)
    if let line = outcome.summary.truncatedLine { report.notes.append(Self.truncation(line)) }
    return try checked(report)
  }

  /// The report when a limit was reached while the history was read; any other error is thrown on.
  private func unread(
    _ error: HistoryError, _ assembler: Assembler, since start: ContinuousClock.Instant
  ) throws(HistoryError) -> ConsistencyReport {
    guard case .limitReached(_, let limit) = error else { throw error }
    return unread(limit == .time ? .time : .memory, assembler, since: start)
  }

  private static func truncation(_ line: Int) -> String {
    "line \(line), the last, is cut short and was left out: the run was killed"
  }

  /// The report when not even reading came to its end.
  func unread(
    _ exhausted: Budget.Exhausted, _ assembler: Assembler, since start: ContinuousClock.Instant
  ) -> ConsistencyReport {
    let note = "\(exhausted.rawValue) while the history was read"
    return ConsistencyReport(
      verdict: .unknown, model: options.model ?? Model(guessing: assembler.actionSet),
      checks: [CheckOutcome(check: .linearizability, verdict: .unknown, note: note)],
      keys: [], events: assembler.eventCount, operations: assembler.ops.count, unknowns: 0,
      failures: assembler.failedCount,
      seconds: (ContinuousClock.now - start) / .seconds(1), peakMemoryBytes: ProcessMemory.peakBytes, notes: [note])
  }
}
