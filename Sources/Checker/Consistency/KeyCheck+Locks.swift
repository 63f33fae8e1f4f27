import History

extension KeyCheck {
  func checkLock(_ ops: [Op], _ result: inout KeyVerdict) {
    let reading = LockReading(ops, symbols: history.symbols)
    if let op = ops.first(where: { $0.action != .acquire && $0.action != .release && $0.action != .audit }) {
      _ = isUnsuitable(op, &result)
      return
    }
    if let op = reading.foreign {
      caveat(&result, op, "is neither nothing, nor the value it was invoked with, nor a fencing token")
    }
    if model == .fencedMutex, let op = reading.unfenced { caveat(&result, op, "is no fencing token") }
    guard model == .mutex else { return search(ops, reading, hasOwners: true, &result) }
    if reading.hasFences { search(ops, reading, hasOwners: false, &result) } else { checkRegister(ops, &result) }
    // The kind of lock was not given, so its holder must release it too.
    guard options.model == nil, result.verdict == .holds else { return }
    search(ops, reading, hasOwners: true, &result)
    guard result.verdict == .violated, ops.contains(where: { $0.outcome == .unknown }) else { return }
    // A client goes on under a new process number after an unknown outcome, and may hold the lock under the old one.
    (result.verdict, result.message, result.core) = (.unknown, nil, [])
    result.note =
      "a lock was released by a process that did not hold it, unless it is a client that goes on under a new number: "
      + "name the model (mutex or owner-mutex), or the owners by the values"
  }

  private func search(_ ops: [Op], _ reading: LockReading, hasOwners: Bool, _ result: inout KeyVerdict) {
    result.engine = .lockSearch
    search(
      { LockModel(ops, reading: reading, hasOwners: hasOwners, keeping: $0) }, ops,
      hasOwners
        ? "no order of the operations has the lock released by its holder and its tokens going up"
        : "no order of the operations has the lock held by one at a time and its tokens going up", &result)
  }

  /// Searches, and where there is a violation looks for its core.
  ///
  /// - Parameter model: of the operations at some positions, all others forgotten; `nil`: of all.
  func search(
    _ model: (Set<Int>?) -> some FrontierModel, _ ops: [Op], _ message: String, _ result: inout KeyVerdict
  ) {
    var search = FrontierSearch(model(nil), budget: budget)
    let answer = search.run()
    result.configurations = max(result.configurations, search.effort.peakConfigurations)
    switch answer {
    case .linearizable: break
    case .exhausted(let what): exhausted(what, &result)
    case .violation(let source):
      let budget = coreBudget
      var core = withoutActuallyEscaping(model) { model in
        CoreFinder(count: ops.count, budget: budget) { kept in
          var search = FrontierSearch(model(Set(kept)), budget: budget)
          return search.run().isViolation
        }.core(around: source)
      }
      if core.isEmpty { core = [source] }
      violated(message, core.map { ops[$0] }, &result)
    }
  }
}
