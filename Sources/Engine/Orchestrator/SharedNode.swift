import Faults

/// Keeps the faults of a random nemesis from spoiling each other's measurement and heal on one node. Pure.
enum SharedNode {
  /// Why a random fault may not strike now; `nil` if it may.
  ///
  /// Faults on a node's processes, or inside them, need these processes: a paused process can be neither measured nor
  /// changed. Network rules need nothing from the node, so they can be combined with any other fault.
  ///
  /// - Parameter held: the open faults, by the names of the nodes.
  static func refusal(
    of kind: FaultKind, on targets: [String], held: [String: Set<FaultKind>]
  ) -> String? {
    guard !kind.isOfNetwork else { return nil }
    for target in targets.sorted() {
      let others = (held[target] ?? []).filter { !$0.isOfNetwork }.map(\.rawValue).sorted()
      guard let first = others.first else { continue }
      return "\(target) is already under another fault (\(first))"
    }
    return nil
  }
}
