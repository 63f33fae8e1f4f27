import Faults

/// The targets of a fault: a tier, a role that is resolved when the fault strikes, and how many of the nodes with this
/// role.
public struct Selector: Sendable, Hashable {
  /// `nil`: any node of the whole stack.
  public var tier: Tier?
  /// `nil`: any node of the tier.
  public var role: Role?
  /// Only the Redis master that owns the slot of this key; `hot.3` is the workload's hot key 3.
  public var ownerOf: String?
  /// Only nodes on this side of the partition that is open (of several, the last to strike).
  public var side: PartitionSide?
  public var mode: SelectionMode

  public init(
    tier: Tier?, role: Role? = nil, ownerOf: String? = nil, side: PartitionSide? = nil, mode: SelectionMode = .one
  ) {
    self.tier = tier
    self.role = role
    self.ownerOf = ownerOf
    self.side = side
    self.mode = mode
  }

  /// The word for the whole stack in place of a tier's.
  public static let wholeStack = "all"

  /// In a few words: `redis master`, `all of worker`, `redis owner of hot.3`.
  public var label: String {
    let who = [
      tier?.rawValue ?? "the stack", role?.rawValue, ownerOf.map { "owner of \($0)" },
      side.map { "on the \($0.rawValue)'s side" },
    ].compactMap(\.self).joined(separator: " ")
    switch mode {
    case .one: return who
    case .all: return "all of \(who)"
    case .fixed(let count): return "\(count) of \(who)"
    case .fixedPercent(let percent): return "\(percent) % of \(who)"
    case .minority: return "minority of \(who)"
    case .majority: return "majority of \(who)"
    }
  }
}

/// How many of the nodes that a selector matches are struck; the words are Chaos Mesh's.
public enum SelectionMode: Sendable, Hashable {
  case one
  case all
  /// A fixed number, or all where there are fewer.
  case fixed(Int)
  /// A percentage (1...100), rounded to the nearest node, at least one.
  case fixedPercent(Int)
  /// The most that still leaves a majority of the matched nodes: 1 of 3, 2 of 5.
  case minority
  /// The fewest that are a majority of the matched nodes: 2 of 3, 3 of 5.
  case majority

  /// How many of `matched` nodes are struck, in 0...matched.
  public func count(of matched: Int) -> Int {
    guard matched > 0 else { return 0 }
    switch self {
    case .one: return 1
    case .all: return matched
    case .fixed(let count): return min(count, matched)
    case .fixedPercent(let percent):
      return min(matched, max(1, (matched * percent + 50) / 100))
    case .minority: return (matched - 1) / 2
    case .majority: return matched / 2 + 1
    }
  }
}
