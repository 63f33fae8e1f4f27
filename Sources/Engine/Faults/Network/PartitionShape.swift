/// How a partition divides the nodes of a tier: pure data, made without a network. The words are Jepsen's.
public enum PartitionShape: String, Sendable, Hashable, CaseIterable, Codable {
  /// Two sides that do not reach each other, as equal as can be; of an odd number one side is the majority.
  case halves
  /// Two sides that do not reach each other, and one node that reaches both.
  case bridge
  /// Every node reaches a majority of all, itself included, and no two reach the same.
  case majoritiesRing = "majorities-ring"

  /// The least number of nodes that can be divided so.
  public var nodesMinimum: Int {
    switch self {
    case .halves: 2
    case .bridge: 3
    // Among three nodes, each of which reaches two, all but one pair are connected: that is a bridge.
    case .majoritiesRing: 4
    }
  }

  /// Whether it has sides within which all nodes reach each other.
  public var hasSides: Bool { self != .majoritiesRing }

  /// Divides the nodes, drawn by `generator`: the same nodes and the same generator give the same partition.
  ///
  /// - Parameter first: given the nodes in the order drawn, returns those that go to the first side before any other;
  ///   ignored in a ring.
  /// - Returns: `nil` when there are fewer than `nodesMinimum` nodes.
  public func divide(
    _ nodes: [String], using generator: inout some RandomNumberGenerator, first: ([String]) -> [String] = { _ in [] }
  ) -> Partition? {
    guard Set(nodes).count == nodes.count, nodes.count >= nodesMinimum else { return nil }
    let drawn = nodes.sorted().shuffled(using: &generator)
    switch self {
    case .halves: return Self.halves(drawn.putting(first(drawn)))
    case .bridge: return Self.bridge(drawn.putting(first(drawn)))
    case .majoritiesRing: return Self.ring(drawn)
    }
  }

  private static func halves(_ nodes: [String]) -> Partition {
    let (minority, majority) = (Array(nodes.prefix(nodes.count / 2)), Array(nodes.dropFirst(nodes.count / 2)))
    var cuts: [String: Set<String>] = [:]
    for node in minority { cuts[node] = Set(majority) }
    for node in majority { cuts[node] = Set(minority) }
    return Partition(cuts: cuts, sides: [minority.sorted(), majority.sorted()])
  }

  private static func bridge(_ nodes: [String]) -> Partition {
    let bridge = nodes[nodes.count - 1]
    var partition = halves(Array(nodes.dropLast()))
    partition.cuts[bridge] = []
    partition.sides = [partition.sides[0], [bridge], partition.sides[1]]
    return partition
  }

  /// A circulant graph: around the ring each node reaches just enough neighbours on both sides to form, with itself, a
  /// majority. Where that takes an odd number of neighbours, the node opposite is the last of them; of an odd number of
  /// nodes none is opposite, so one more is reached.
  private static func ring(_ nodes: [String]) -> Partition {
    let count = nodes.count
    let reached = count / 2
    let isOddPair = reached % 2 == 1
    let hasOpposite = isOddPair && count % 2 == 0
    let near = isOddPair && !hasOpposite ? (reached + 1) / 2 : reached / 2
    var cuts: [String: Set<String>] = [:]
    for (place, node) in nodes.enumerated() {
      let distances = Array(1..<count).filter { distance in
        let isNear = min(distance, count - distance) <= near
        return !isNear && !(hasOpposite && distance * 2 == count)
      }
      cuts[node] = Set(distances.map { nodes[(place + $0) % count] })
    }
    return Partition(cuts: cuts, sides: [])
  }
}

/// Which nodes cannot reach each other. Symmetric: if `a` is cut from `b`, `b` is cut from `a`.
public struct Partition: Sendable, Hashable {
  /// Every node with those that it does not reach.
  public var cuts: [String: Set<String>]
  /// The groups within which all nodes reach each other, the smallest first, if there are any; a bridge is between its
  /// two sides.
  public var sides: [[String]]

  public init(cuts: [String: Set<String>], sides: [[String]]) {
    self.cuts = cuts
    self.sides = sides
  }

  /// Divides further nodes along, drawn by `generator`: half of them go to the first side, the rest to the last, and
  /// none reaches the other side. A partition without sides stays as it is.
  ///
  /// - Parameter chosen: given the nodes in the order drawn, returns those that go to the first side before any other.
  public mutating func add(
    _ nodes: [String], using generator: inout some RandomNumberGenerator,
    first chosen: ([String]) -> [String] = { _ in [] }
  ) {
    guard sides.count > 1 else { return }
    var drawn = nodes.sorted().shuffled(using: &generator)
    drawn = drawn.putting(chosen(drawn))
    let (first, last) = (0, sides.count - 1)
    sides[first] = (sides[first] + drawn.prefix(drawn.count / 2)).sorted()
    sides[last] = (sides[last] + drawn.dropFirst(drawn.count / 2)).sorted()
    for node in sides[first] { cuts[node] = Set(sides[last]) }
    for node in sides[last] { cuts[node] = Set(sides[first]) }
  }

  /// The nodes of each side; empty in a ring, which has none.
  public var members: [PartitionSide: Set<String>] {
    let words: [PartitionSide] = sides.count == 3 ? [.minority, .bridge, .majority] : [.minority, .majority]
    return Dictionary(uniqueKeysWithValues: zip(words, sides.map { Set($0) }))
  }

  /// Whether a node does not reach a side.
  public func isCut(_ node: String, from side: PartitionSide) -> Bool {
    !(cuts[node] ?? []).isDisjoint(with: members[side] ?? [])
  }

  /// Where a node is, in words: `minority (redis-1, redis-4)`; `nil` in a ring, which has no sides.
  public func place(of node: String) -> String? {
    members.first { $0.value.contains(node) }.map { side, nodes in
      "\(side.rawValue) (\(nodes.sorted().joined(separator: ", ")))"
    }
  }
}

extension [String] {
  /// The same nodes, these first.
  fileprivate func putting(_ first: [String]) -> [String] { first + filter { !first.contains($0) } }
}
