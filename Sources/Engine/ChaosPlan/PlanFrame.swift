import Faults

/// A plan's settings of the stack and of the run around its faults. They allow refusing, before the run, faults that
/// cannot strike or that take down more than the plan allows.
struct PlanFrame {
  let target: PlanTarget
  var stack = StackSettings()
  var safety = SafetySettings()
  /// The tiers whose size the plan itself changes.
  var scaled: Set<Tier> = []

  /// How many nodes a tier has; `nil`: as many as the stack happens to run with.
  func nodes(of tier: Tier) -> Int? {
    target[tier]?.nodes ?? (scaled.contains(tier) ? nil : stack.nodes(of: tier))
  }

  /// How many of them have a role while all run; `nil` where the plan does not tell.
  private func nodes(of tier: Tier, in role: Role) -> Int? {
    nodes(of: tier).flatMap { nodes in target[tier]?.roles.first { $0.role == role }?.count(of: nodes) }
  }

  /// How many nodes match a selector while all of the stack runs; `nil` where the plan does not tell.
  func matched(by selector: Selector) -> Int? {
    guard let tier = selector.tier, selector.side == nil else { return nil }
    if selector.ownerOf != nil { return 1 }
    return selector.role.map { nodes(of: tier, in: $0) } ?? nodes(of: tier)
  }

  /// Whether two selectors certainly draw a node that is the same: together they take more than there are.
  func mustMeet(_ first: Selector, _ second: Selector) -> Bool {
    guard let tier = first.tier, tier == second.tier, first.side == nil, second.side == nil,
      let one = matched(by: first).map(first.mode.count), let other = matched(by: second).map(second.mode.count)
    else { return false }
    // Nodes of one role are among that many; those of two, or of a key, among the tier.
    let isOneGroup = first.role == second.role && first.ownerOf == nil && second.ownerOf == nil
    return (isOneGroup ? matched(by: first) : nodes(of: tier)).map { one + other > $0 } ?? false
  }

  /// Why a selector can never strike as it says; `nil` if it can.
  func obstacle(to selector: Selector) -> String? {
    if case .fixed(let count) = selector.mode {
      // Where it is not known how many match, it is at most the tier.
      guard let most = matched(by: selector) ?? selector.tier.flatMap(nodes), count > most else { return nil }
      return "`mode: { fixed: \(count) }` asks for \(count) of \(most): no more nodes match \(everyone(selector))"
    }
    guard let matched = matched(by: selector), selector.mode.count(of: matched) == 0 else { return nil }
    return
      "`mode: \(selector.mode == .minority ? "minority" : "one")` of \(matched) selects no node: \(everyone(selector))"
  }

  private func everyone(_ selector: Selector) -> String {
    var selector = selector
    selector.mode = .one
    return "`\(selector.label)`"
  }

  /// Whether a selector takes a majority of a tier, or of those of its nodes whose majority decides.
  func takesMajority(_ selector: Selector) -> Bool {
    guard let tier = selector.tier else {
      switch selector.mode {
      case .all, .majority: return true
      // Of more than half of all, more than half of some tier.
      case .fixedPercent(let percent): return percent > 50
      case .one, .minority, .fixed: return false
      }
    }
    if selector.role == nil, selector.ownerOf == nil, selector.mode == .all || selector.mode == .majority {
      return true
    }
    guard let matched = matched(by: selector) else { return false }
    let struck = selector.mode.count(of: matched)
    let voters = selector.role.flatMap { $0 == target[tier]?.voter ? nodes(of: tier, in: $0) : nil } ?? nodes(of: tier)
    return voters.map { struck * 2 > $0 } ?? false
  }

  /// Why a partition cannot divide a tier; `nil` if it can.
  func obstacle(to shape: PartitionShape, of tier: Tier?) -> String? {
    guard let tier, let nodes = nodes(of: tier), nodes < shape.nodesMinimum else { return nil }
    return "`\(shape.rawValue)` needs \(shape.nodesMinimum) nodes, and `\(tier.rawValue)` has \(nodes)"
  }
}
