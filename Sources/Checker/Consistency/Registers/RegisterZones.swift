import History

/// The zone test: decides in n log n whether a register whose values are each written once is linearizable.
///
/// All operations on one value form a cluster: its write and its reads. With f the earliest completion and s the latest
/// invocation in it, the value certainly holds throughout [f, s] when f < s (a forward zone); otherwise everything in
/// it can happen at one moment anywhere in [s, f] (a backward zone). The history is linearizable exactly when no read
/// ends before its write begins, forward zones do not overlap, and no backward zone lies inside a forward one.
///
/// A write of unknown outcome that no read saw is left out: never taking effect is legal. One that was read has no end
/// of its own, so only the reads bound its cluster. Source: Gibbons and Korach, Testing Shared Memories, 1997.
struct RegisterZones {
  /// The operations that cannot be ordered, as positions in the input.
  struct Violation: Sendable, Hashable {
    var operations: [Int]
    var message: String
  }

  private struct Cluster {
    var write: Int32 = -1
    /// The operation with the earliest completion, and that completion.
    var first: Int32 = -1
    var firstReturn = Op.never
    /// The operation with the latest invocation, and that invocation.
    var last: Int32 = -1
    var lastCall: Int32 = -1
    var isRead = false

    var isForward: Bool { firstReturn < lastCall }
  }

  /// - Returns: `nil` when some value has two writers, which the test cannot tell apart.
  static func check(_ ops: [RegisterOp]) -> (isLinearizable: Bool, violation: Violation?)? {
    var numbers = Numbering(capacity: ops.count / 2)
    var clusters: [Cluster] = []
    clusters.reserveCapacity(ops.count / 2)
    // The initial absence was written before everything.
    _ = numbers.number(of: Token.null.bits)
    var initial = Cluster()
    (initial.firstReturn, initial.write) = (-1, -2)
    clusters.append(initial)
    for (position, op) in ops.enumerated() where op.kind == .write {
      if numbers.number(of: op.value.bits) < clusters.count { return nil }
      clusters.append(
        Cluster(
          write: Int32(position), first: Int32(position), firstReturn: op.ret, last: Int32(position),
          lastCall: op.call))
    }
    for (position, op) in ops.enumerated() where op.kind == .read {
      guard let number = numbers.known(op.value.bits) else {
        return (false, Violation(operations: [position], message: "a read of a value that was never written"))
      }
      let write = clusters[number].write
      if write >= 0, op.ret < ops[Int(write)].call {
        return (
          false,
          Violation(operations: [position, Int(write)], message: "a read of a value that was written only later")
        )
      }
      clusters[number].isRead = true
      if op.ret < clusters[number].firstReturn {
        (clusters[number].firstReturn, clusters[number].first) = (op.ret, Int32(position))
      }
      if op.call > clusters[number].lastCall {
        (clusters[number].lastCall, clusters[number].last) = (op.call, Int32(position))
      }
    }
    let violation = overlap(clusters, ops)
    return (violation == nil, violation)
  }

  private static func overlap(_ clusters: [Cluster], _ ops: [RegisterOp]) -> Violation? {
    var forward: [Cluster] = []
    for cluster in clusters where cluster.isForward { forward.append(cluster) }
    forward.sort { $0.firstReturn < $1.firstReturn }
    for index in forward.indices.dropFirst() where forward[index].firstReturn < forward[index - 1].lastCall {
      return violation(forward[index - 1], forward[index], "two values that each held while the other did")
    }
    for cluster in clusters where !cluster.isForward {
      // An unread write without an end never has to happen.
      if cluster.firstReturn == Op.never && !cluster.isRead { continue }
      let next = forward.firstPosition { $0.firstReturn >= cluster.lastCall }
      guard next > 0, forward[next - 1].lastCall > cluster.firstReturn else { continue }
      return violation(
        forward[next - 1], cluster, "a value that was written while another held, and did not replace it")
    }
    return nil
  }

  private static func violation(_ left: Cluster, _ right: Cluster, _ message: String) -> Violation {
    var operations: [Int] = []
    for position in [left.first, left.last, right.first, right.last] where position >= 0 {
      if !operations.contains(Int(position)) { operations.append(Int(position)) }
    }
    return Violation(operations: operations.sorted(), message: message)
  }
}
