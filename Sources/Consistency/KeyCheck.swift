import History

/// Decides the linearizability of one key with the cheapest engine that is exact for it.
struct KeyCheck {
  let history: PreparedHistory
  let model: Model
  let options: CheckOptions
  let failedCas: CheckOptions.FailedCas
  let budget: Budget

  func verdict(ofGroup group: Int) -> KeyVerdict {
    let start = ContinuousClock.now
    let ops = history.ops(inGroup: group)
    var result = KeyVerdict(
      key: history.name(ofGroup: group), verdict: .holds, engine: .none, operations: ops.count,
      unknowns: ops.count { $0.outcome == .unknown }, seconds: 0, configurations: 0, core: [])
    switch model {
    case .register, .casRegister, .mutex: checkRegister(ops, &result)
    case .append, .queue, .atLeastOnceQueue, .set:
      result.verdict = .unknown
      result.note = "no engine for the model \(model.rawValue) yet"
    }
    result.seconds = (ContinuousClock.now - start) / .seconds(1)
    return result
  }

  private func checkRegister(_ ops: [Op], _ result: inout KeyVerdict) {
    let projection = RegisterProjection(ops, model: model, failedCas: failedCas, symbols: history.symbols)
    if let op = projection.unsuitable {
      result.verdict = .unknown
      result.note = "the operation `\(history.symbols.function(op.function))` does not belong to the model"
      return
    }
    if projection.ops.allSatisfy({ $0.kind == .read || $0.kind == .write }),
      let (isLinearizable, violation) = RegisterZones.check(projection.ops)
    {
      result.engine = .zones
      result.verdict = isLinearizable ? .holds : .violated
      if let violation {
        result.message = violation.message
        result.core = violation.operations.map { history.operation(ops[Int(projection.ops[$0].source)]) }
      }
      return
    }
    result.engine = .registerSearch
    var search = RegisterSearch(projection.ops, budget: budget)
    let answer = search.run()
    result.configurations = search.peakConfigurations
    switch answer {
    case .linearizable: break
    case .violation(let source):
      result.verdict = .violated
      result.core = [history.operation(ops[source])]
    case .exhausted(let what):
      result.verdict = .unknown
      result.note = what.rawValue
    }
  }
}
