import Faults
import Yams

/// Checks of a plan's faults before the run, beyond the syntax of each.
extension PlanParser {
  /// The tiers that the plan scales, at any depth of its faults.
  static func scaledTiers(_ node: Node?) -> Set<Tier> {
    guard let node else { return [] }
    if let items = node.sequence { return items.reduce(into: []) { $0.formUnion(scaledTiers($1)) } }
    guard let mapping = node.mapping else { return [] }
    return mapping.reduce(into: []) { tiers, pair in
      if let word = pair.key.scalar?.string, FaultCatalogue.definition(named: word)?.isOfWholeTier == true,
        let tier = pair.value.mapping?["tier"]?.scalar.map({ Tier(rawValue: $0.string) })
      {
        tiers.insert(tier)
      }
      tiers.formUnion(scaledTiers(pair.value))
    }
  }

  /// Problems of a single fault: targets that can never exist, and a majority that the plan does not allow. Problems
  /// that depend on current roles are refused when the fault would strike.
  static func check(_ fault: PlannedFault, _ frame: PlanFrame, _ node: Node, _ problems: ProblemList) {
    let definition = fault.action.definition
    if let settings = PartitionSettings(fault.action) {
      if let obstacle = frame.obstacle(to: settings.shape, of: fault.selector.tier) { problems.add(obstacle, at: node) }
      return
    }
    if let obstacle = frame.obstacle(to: fault.selector) {
      problems.add(obstacle, at: node)
    } else if definition.traits.contains(.takesNodesDown), !frame.safety.allowMajorityLoss,
      frame.takesMajority(fault.selector)
    {
      problems.add(
        "`\(definition.name)` on \(fault.selector.label) takes a majority down; if this is intended, set "
          + "`safety: { allow-majority-loss: true }`", at: node)
    }
  }

  /// Problems of several faults together: those that are certainly open at the same time, and those that exceed the
  /// limit.
  static func checkTogether(_ steps: [FaultStep], _ frame: PlanFrame, _ root: MappingReader, _ problems: ProblemList) {
    let windows = steps.flatMap { FaultWindow.known(of: $0) }
    let node = root.optional("faults")
    if let window = windows.first(where: { $0.end > frame.safety.limit }) {
      problems.add(
        "`\(window.label)` lasts until \(Units.text(window.end)), but the faults end at \(Units.text(frame.safety.limit)); "
          + "set `safety: { limit: \(Units.text(window.end)) }` or more", at: node)
    }
    checkLimits(windows, frame, node, problems)
    guard !frame.safety.allowMajorityLoss else { return }
    for (index, window) in windows.enumerated() {
      guard let tier = window.fault?.selector.tier, let nodes = frame.nodes(of: tier) else { continue }
      // A node that does not run is not drawn again, so each of these takes others.
      let open = windows[...index].filter { other in
        other.fault?.selector.tier == tier && other.fault?.stopsNodes == true && other.start <= window.start
          && window.start < other.end
      }
      let down = open.compactMap(\.fault).reduce(0) { sum, fault in
        sum + (frame.matched(by: fault.selector).map(fault.selector.mode.count) ?? 0)
      }
      guard window.fault?.stopsNodes == true, open.count > 1, down * 2 > nodes else { continue }
      problems.add(
        "\(open.map { "`\($0.label)`" }.joined(separator: " and ")) are open at the same time and take down \(down) of the "
          + "\(nodes) nodes of `\(tier.rawValue)`, a majority; if this is intended, set "
          + "`safety: { allow-majority-loss: true }`", at: node)
      return
    }
  }

  /// Two limits of one kind on one container: the first heal removes both, so the second does not last as planned.
  private static func checkLimits(
    _ windows: [FaultWindow], _ frame: PlanFrame, _ node: Node?, _ problems: ProblemList
  ) {
    for (index, window) in windows.enumerated() {
      guard let fault = window.fault, fault.action.definition.traits.contains(.replacesLimit) else { continue }
      for other in windows[..<index] where other.start < window.end && window.start < other.end {
        guard let earlier = other.fault, earlier.action.kind == fault.action.kind,
          frame.mustMeet(earlier.selector, fault.selector)
        else { continue }
        problems.add(
          "`\(other.label)` and `\(window.label)` limit one container at the same time; begin the second after the first has "
            + "ended", at: node)
        return
      }
    }
  }

  /// A side is that of a partition, so the plan must have one.
  static func checkSides(_ steps: [FaultStep], _ root: MappingReader, _ problems: ProblemList) {
    let faults = steps.flatMap(\.faults)
    guard let fault = faults.first(where: { $0.selector.side != nil }),
      !faults.contains(where: { $0.action.definition.hasSides })
    else { return }
    problems.add(
      "`\(fault.label)` strikes on a side of a partition, but the plan has no `partition`", at: root.optional("faults"))
  }

  /// `owner-of: hot.3` is a key that the workload has.
  static func checkHotKeys(
    _ steps: [FaultStep], _ workload: WorkloadSettings, _ root: MappingReader, _ problems: ProblemList
  ) {
    for owner in steps.flatMap(\.faults).compactMap(\.selector.ownerOf) where owner.hasPrefix("hot.") {
      guard Int(owner.dropFirst(4)).map({ (0..<workload.keys).contains($0) }) != true else { continue }
      problems.add(
        "`owner-of: \(owner)` is not a key of the workload; its hot keys are `hot.0` to `hot.\(workload.keys - 1)`",
        at: root.optional("faults"))
    }
  }
}

/// When a fault is certainly open, counted from the end of the steady state before.
struct FaultWindow {
  var label: String
  /// `nil` of random faults, of which the seed decides.
  var fault: PlannedFault?
  var start: Duration
  var end: Duration

  /// The windows of a step whose beginnings the plan itself tells. What follows another fault begins when that is
  /// healed, which is not known before.
  static func known(of step: FaultStep, from start: Duration = .zero) -> [FaultWindow] {
    switch step {
    case .fault(let fault):
      let begin = start + fault.at
      let length: Duration = if case .fixed(let duration) = fault.duration { duration } else { .zero }
      return [FaultWindow(label: fault.label, fault: fault, start: begin, end: begin + length)]
    case .sequence(let steps, let at):
      return steps.first.map { known(of: $0, from: start + at) } ?? []
    case .parallel(let steps, let at):
      return steps.flatMap { known(of: $0, from: start + at) }
    case .random(let random):
      let begin = start + random.at
      return [FaultWindow(label: "random", fault: nil, start: begin, end: begin + random.length)]
    }
  }
}

extension PlannedFault {
  /// Whether its targets do not run while it is open, so that no other fault draws them.
  fileprivate var stopsNodes: Bool {
    action.definition.traits.contains(.stopsNodes) && selector.side == nil
  }
}
