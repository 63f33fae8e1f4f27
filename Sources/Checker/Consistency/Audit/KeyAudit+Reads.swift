import History
import Presentation

extension KeyAudit {
  /// Values from nowhere, values of refused writes, and stale values.
  mutating func checkReads() {
    // Acknowledged writes by their ends, and by their beginnings with the earliest end from there on.
    let effective = ops.filter { written($0) != nil && $0.outcome == .ok }
    let byReturn = effective.sorted { $0.ret < $1.ret }
    var earliest: [Int] = Array(repeating: 0, count: effective.count)
    for position in effective.indices.reversed() {
      let next = position + 1 < effective.count ? earliest[position + 1] : position
      earliest[position] = effective[next].ret < effective[position].ret ? next : position
    }
    let byEffect = writesByEffect(byReturn)
    let freshness = CachedFreshness(self, timeToLive: options.cacheTimeToLive)
    var completed = 0
    var applied = 0
    var newestCall: Int32 = -1
    var newest: Op?
    var newestStrong: Op?
    for op in ops {
      while completed < byReturn.count, byReturn[completed].ret < op.call {
        let write = byReturn[completed]
        completed += 1
        if write.call > newestCall { (newestCall, newest) = (write.call, write) }
      }
      while applied < byEffect.count, byEffect[applied].end < op.call {
        let write = byEffect[applied].write
        applied += 1
        if write.call > newestStrong?.call ?? -1 { newestStrong = write }
      }
      guard op.action == .read, op.outcome == .ok else { continue }
      tallies.phantom.examined += 1
      guard let known = writers[op.output] else {
        if let position = refused[op.output] {
          tallies.failed.examined += 1
          let why = trail.isStranger(ops[position]) ? "has the operation id of another" : "was answered as not done"
          violate(\.failed, "a read saw \(text(op.output)), whose write \(why)", ops[position], op)
        } else {
          violate(\.phantom, "a read saw \(text(op.output)), which was never written to this key", op)
        }
        continue
      }
      if known.firstCall > op.ret {
        violate(\.phantom, "a read saw \(text(op.output)) before its write was invoked", ops[known.first], op)
        continue
      }
      // A write that a read showed as pending need not have been applied.
      if known.firstEffect > op.ret, op.level != .pending {
        let write = onlyWriter(op.output)
        violate(
          \.phantom, "a read saw \(text(op.output)), which the store's record did not have yet afterwards", write,
          write.flatMap { trail.answers($0)?.denied }, op)
        continue
      }
      tallies.stale.examined += 1
      if let (age, newer) = freshness?.excess(op, lastWritten: known.lastReturn) {
        violate(
          \.stale,
          "a cached read saw \(text(op.output)) \(Numbers.fixed(age, decimals: 3)) ms after something newer had certainly been applied",
          onlyWriter(op.output), newer, op)
      }
      guard let superseding = newest, known.lastReturn < superseding.call else { continue }
      // The write that made the value stale first: of those invoked after its last writer ended, the first to end.
      var low = 0
      var high = effective.count
      while low < high {
        let middle = (low + high) / 2
        if effective[middle].call > known.lastReturn { high = middle } else { low = middle + 1 }
      }
      let since = low < effective.count ? effective[earliest[low]].returnTime : superseding.returnTime
      let age = Self.milliseconds(from: since, to: op.callTime)
      measureStale(op, age: age)
      guard op.level.isStrong else {
        if freshness?.excess(op, lastWritten: known.lastReturn) == nil { tallies.stale.allowed += 1 }
        continue
      }
      guard let newer = newestStrong, known.lastReturn < newer.call else {
        tallies.stale.allowed += 1
        continue
      }
      violate(
        \.stale, "a read saw \(text(op.output)), overwritten \(Numbers.fixed(age, decimals: 3)) ms before it began",
        onlyWriter(op.output), newer, trail.isSettled(newer) ? trail.answers(newer)?.applied : nil, op)
    }
  }

  /// Acknowledged writes by the moment by which they certainly had taken effect, as far as there is one.
  private func writesByEffect(_ byReturn: [Op]) -> [(write: Op, end: Int32)] {
    if trail.isEmpty { return byReturn.lazy.filter { $0.level != .queued }.map { ($0, $0.ret) } }
    return byReturn.map { ($0, trail.effectEnd($0)) }.filter { $0.end != Op.never }.sorted { $0.end < $1.end }
  }

  /// From one moment to a later one; the times of a history may be anything.
  static func milliseconds(from start: Int64, to end: Int64) -> Double { max(0, Double(end) - Double(start)) / 1e6 }

  private mutating func measureStale(_ op: Op, age: Double) {
    let level = op.level.isCached ? "cache" : "strong"
    tallies.stale.increase("staleReads.\(level)")
    tallies.stale.increase("ageSumMilliseconds.\(level)", by: age)
    tallies.stale.raise("ageMaxMilliseconds.\(level)", to: age)
  }

  /// Two reads, a linearizable one after any other, that saw two writes in the wrong order. A state in a cache has been
  /// applied too, unless it is pending.
  mutating func checkReadOrder() {
    let reads = ops.filter { $0.action == .read && $0.outcome == .ok }
    let byReturn = reads.filter { $0.level != .pending }.sorted { $0.ret < $1.ret }
    var completed = 0
    var newestCall: Int32 = -1
    var newest: Op?
    for read in reads {
      while completed < byReturn.count, byReturn[completed].ret < read.call {
        let earlier = byReturn[completed]
        completed += 1
        if let known = writers[earlier.output], known.firstCall > newestCall {
          (newestCall, newest) = (known.firstCall, earlier)
        }
      }
      guard read.level.isStrong else { continue }
      tallies.order.examined += 1
      guard let newest, let known = writers[read.output], known.lastReturn < newestCall else { continue }
      violate(
        \.order,
        "a read saw \(text(read.output)) after another had seen \(text(newest.output)), which was written later",
        onlyWriter(read.output), onlyWriter(newest.output), newest, read)
    }
  }

  /// Once the queues are drained, the cache must agree with the table.
  mutating func checkConvergence() {
    guard let final = ops.last(where: { $0.action == .read && $0.level == .final && $0.outcome == .ok }) else {
      if ops.contains(where: { $0.action == .read && $0.level == .final }) {
        tallies.convergence.undecided += 1
        tallies.convergence.note = "the final read of some keys got no answer"
      }
      return
    }
    // Reads that were concurrent with writes may differ.
    var lastWrite: Int32 = -1
    for op in ops where op.outcome != .failed && written(op) != nil {
      lastWrite = max(lastWrite, op.outcome == .ok ? op.ret : op.call)
    }
    guard final.call > lastWrite else { return }
    for op in ops where op.action == .read && op.outcome == .ok && op.call > lastWrite && op.call != final.call {
      guard op.level == .final || op.level == .finalCache else { continue }
      tallies.convergence.examined += 1
      guard op.output != final.output else { continue }
      let (earlier, later) = op.ret < final.call ? (op, final) : (final, op)
      // A write of unknown outcome may have taken effect in between.
      guard earlier.ret < later.call, writers[later.output]?.lastReturn ?? -1 != Op.never else {
        tallies.convergence.allowed += 1
        continue
      }
      violate(
        \.convergence, "after the drain one copy says \(text(op.output)), another \(text(final.output))", op, final)
    }
  }
}
