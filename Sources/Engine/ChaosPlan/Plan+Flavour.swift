import Faults

extension Plan {
  /// Why the plan cannot be run on a flavour of the SQL tier, in a sentence; `nil` if it can.
  ///
  /// - Parameter flavour: `nil` while it is not known.
  public func conflict(with flavour: SQLFlavour?) -> String? {
    for step in faults {
      switch step {
      // Impossible faults are left out of a list to draw from, but at least one must remain.
      case .random(let random):
        let reasons = random.choices.map { $0.fault.obstacle(on: flavour) }
        if let first = reasons.first, let reason = first, reasons.allSatisfy({ $0 != nil }) { return reason }
      case .fault, .sequence, .parallel:
        if let reason = step.faults.compactMap({ $0.obstacle(on: flavour) }).first { return reason }
      }
    }
    guard let flavour, let own = stack.sql.flavour, own != flavour else { return nil }
    return "the plan is about \(own.title) (`stack: { sql: \(own.rawValue) }`), and the SQL tier is \(flavour.title)"
  }

  /// The plan as a flavour can run it: with the limits that it has for that flavour, and without the random faults that
  /// cannot strike there.
  ///
  /// - Returns: the plan, and what was left out, in sentences.
  public func suited(to flavour: SQLFlavour) -> (plan: Plan, leftOut: [String]) {
    var plan = self
    plan.expect = expect.on(flavour)
    var leftOut: [String] = []
    plan.faults = faults.map { step in
      guard case .random(var random) = step else { return step }
      random.choices.removeAll { choice in
        guard let reason = choice.fault.obstacle(on: flavour) else { return false }
        leftOut.append(reason)
        return true
      }
      return .random(random)
    }
    return (plan, leftOut)
  }
}

extension PlannedFault {
  /// Why it cannot strike any node on a flavour of the SQL tier; `nil` if it can, as far as one can know without the
  /// stack.
  func obstacle(on flavour: SQLFlavour?) -> String? {
    guard flavour == .cockroach else { return nil }
    let word = action.definition.name
    if action.definition.traits.contains(.needsPreload), selector.tier == .sql {
      return "`\(word)` cannot strike `sql` on CockroachDB: \(PreloadedOrder.unreachable("CockroachDB"))"
    }
    if selector.tier == .etcd {
      return "`\(word)` cannot strike `etcd` on CockroachDB: it keeps its own leases, and there is no etcd"
    }
    if action.settings.value(of: .peers)?.text == Tier.etcd.rawValue {
      return
        "`\(word)` between `\(selector.tier?.rawValue ?? "all")` and `etcd` is not possible on CockroachDB: there is no etcd"
    }
    return nil
  }
}
