import History

extension KeyCheck {
  func checkRegister(_ ops: [Op], _ result: inout KeyVerdict) {
    let reading = model == .mutex ? nil : answerReading(ops, &result)
    let projection = RegisterProjection(
      ops, model: model, failedCas: failedCas, reading: reading, symbols: history.symbols)
    guard !isUnsuitable(projection.unsuitable, &result) else { return }
    var register = projection.ops
    delay(&register, of: ops)
    VersionedValues.distinguish(&register) {
      let op = ops[Int($0.source)]
      return op.hasVersion ? op.version : nil
    }
    decide(register, from: ops, &result)
  }

  /// A write that the store's record did not have at some moment took effect after it.
  private func delay(_ register: inout [RegisterOp], of ops: [Op]) {
    guard !trail.isEmpty else { return }
    var isDelayed = false
    for position in register.indices where register[position].kind != .read {
      let begin = trail.effectBegin(ops[Int(register[position].source)])
      guard begin > register[position].call, begin < register[position].ret else { continue }
      register[position].call = begin
      isDelayed = true
    }
    if isDelayed { register.sort { $0.call < $1.call } }
  }

  /// Decides a register, by the zone test if it applies, otherwise by search.
  func decide(_ register: [RegisterOp], from ops: [Op], _ result: inout KeyVerdict) {
    guard !register.isEmpty else { return }
    if register.allSatisfy({ $0.kind == .read || $0.kind == .write }),
      let (_, violation) = RegisterZones.check(register)
    {
      result.engine = .zones
      guard let violation else { return }
      let core = Self.finder(register, coreBudget).minimize(violation.operations)
      violated(violation.message, core.map { ops[Int(register[$0].source)] }, &result)
      return
    }
    result.engine = .registerSearch
    var search = RegisterSearch(register, budget: budget)
    let answer = search.run()
    result.configurations = max(result.configurations, search.effort.peakConfigurations)
    switch answer {
    case .linearizable: break
    case .exhausted(let what): exhausted(what, &result)
    case .violation(let source):
      let center = register.firstIndex { $0.source == source } ?? 0
      var core = Self.finder(register, coreBudget).core(around: center)
      if core.isEmpty { core = [center] }
      violated(
        "no order of the operations explains what they saw", core.map { ops[Int(register[$0].source)] }, &result)
    }
  }

  private static func finder(_ register: [RegisterOp], _ budget: Budget) -> CoreFinder {
    let forgetful = ForgetfulRegister(register)
    return CoreFinder(count: register.count, budget: budget) { kept in
      var search = RegisterSearch(forgetful.keeping(kept), budget: budget)
      return search.run().isViolation
    }
  }
}
