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
        let reasons = random.choices.map { $0.fault.obstacle(on: flavour, of: target) }
        if let first = reasons.first, let reason = first, reasons.allSatisfy({ $0 != nil }) { return reason }
      case .fault, .sequence, .parallel:
        if let reason = step.faults.compactMap({ $0.obstacle(on: flavour, of: target) }).first { return reason }
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
        guard let reason = choice.fault.obstacle(on: flavour, of: target) else { return false }
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
  func obstacle(on flavour: SQLFlavour?, of target: PlanTarget) -> String? {
    guard let flavour else { return nil }
    let word = action.definition.name
    if let tier = selector.tier {
      if action.definition.traits.contains(.needsPreload), target[tier]?.unpreloadedOn.contains(flavour) == true {
        let reason = PreloadedOrder.unreachable(flavour.title)
        return "`\(word)` cannot strike `\(tier.rawValue)` on \(flavour.title): \(reason)"
      }
      if target[tier]?.absentOn.contains(flavour) == true {
        return "`\(word)` cannot strike `\(tier.rawValue)` on \(flavour.title): there is no \(tier.rawValue)"
      }
    }
    if case .tier(let peer)? = action.settings.value(of: .peers).map({ NetworkPeers(word: $0.text) }),
      target[peer]?.absentOn.contains(flavour) == true
    {
      return "`\(word)` between `\(selector.tier?.rawValue ?? Selector.wholeStack)` and `\(peer.rawValue)` is not "
        + "possible on \(flavour.title): there is no \(peer.rawValue)"
    }
    return nil
  }
}
