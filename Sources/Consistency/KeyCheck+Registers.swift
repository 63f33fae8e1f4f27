import History

extension KeyCheck {
  func checkRegister(_ ops: [Op], _ result: inout KeyVerdict) {
    let projection = RegisterProjection(ops, model: model, failedCas: failedCas, symbols: history.symbols)
    guard !isUnsuitable(projection.unsuitable, &result) else { return }
    decide(projection.ops, from: ops, &result)
  }

  /// Decides a register, by zones where they apply and by search elsewhere.
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
    result.configurations = max(result.configurations, search.peakConfigurations)
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
    CoreFinder(count: register.count, budget: budget) { kept in
      var search = RegisterSearch(forgetting(register, but: kept), budget: budget)
      switch search.run() {
      case .linearizable: return false
      case .violation: return true
      case .exhausted: return nil
      }
    }
  }

  /// The kept operations, and what is left of the others: writes that may have happened at any time or never.
  private static func forgetting(_ register: [RegisterOp], but kept: [Int]) -> [RegisterOp] {
    var seen: Set<Token> = []
    // With compare-and-sets about, any value may be a step on the way.
    var needsAny = register.contains { $0.kind == .cas }
    for index in kept where !needsAny {
      let op = register[index]
      if op.kind == .read { seen.insert(op.value) }
      if op.kind == .mismatch { needsAny = true }
    }
    var isKept = [Bool](repeating: false, count: register.count)
    for index in kept { isKept[index] = true }
    var forgotten: [RegisterOp] = []
    var places: [RegisterIdentity: Int] = [:]
    for (index, op) in register.enumerated() where !isKept[index] {
      guard op.kind == .write || op.kind == .cas else { continue }
      guard needsAny || seen.contains(op.value) else { continue }
      let identity = RegisterIdentity(kind: op.kind, value: op.value, expected: op.expected)
      if let place = places[identity] {
        // How many there were says little, and to count them costs the search dearly.
        forgotten[place].isRepeatable = true
        continue
      }
      places[identity] = forgotten.count
      var free = op
      (free.isCertain, free.call, free.ret) = (false, -1, Op.never)
      forgotten.append(free)
    }
    // What a write that is free to repeat can do, a compare-and-set need not.
    let free = Set(forgotten.lazy.filter { $0.kind == .write && $0.isRepeatable }.map(\.value))
    forgotten.removeAll { $0.kind == .cas && free.contains($0.value) }
    return forgotten + kept.map { register[$0] }
  }

  private struct RegisterIdentity: Hashable {
    var kind: RegisterOp.Kind
    var value: Token
    var expected: Token
  }
}
