import History

/// The minimum age of a cached read.
///
/// A cached read may return a state that is as old as the cache's time to live. Only proofs show when something newer
/// was applied: an acknowledged committed write, an audit, or a read that saw it. A queued write that was acknowledged
/// may have taken effect much later, and so may a write that a read showed as pending.
struct CachedFreshness {
  private struct Proof {
    var time: Int64
    var write: Op?
  }

  private let limitMilliseconds: Double
  /// Writes by their invocations, and from each on the earliest time by which it or a later one certainly was there.
  private var calls: [Int32] = []
  private var byCall: [Proof] = []
  /// Versions in ascending order, and from each on the earliest time by which it or a higher one certainly was there.
  private var versions: [Int64] = []
  private var byVersion: [Proof] = []

  /// - Returns: `nil` when cached reads may be of any age, or when there are none.
  init?(_ audit: KeyAudit, timeToLive: Duration?) {
    guard let timeToLive, audit.ops.contains(where: { $0.action == .read && $0.level.isCached }) else { return nil }
    limitMilliseconds = timeToLive / .milliseconds(1)
    var seen: [Int32: Int64] = [:]
    var versioned: [(version: Int64, proof: Proof)] = []
    for read in audit.ops where read.action == .read && read.outcome == .ok && read.level != .pending {
      if let write = audit.onlyWriter(read.output) {
        seen[write.call] = min(seen[write.call] ?? .max, read.returnTime)
      }
      if read.hasVersion { versioned.append((read.version, Proof(time: read.returnTime, write: read))) }
    }
    for write in audit.ops where write.outcome != .failed && audit.isWrite(write) {
      let isApplied = audit.trail.effectEnd(write) != Op.never
      let proof = Proof(
        time: min(isApplied ? audit.trail.effectEndTime(write) : .max, seen[write.call] ?? .max), write: write)
      calls.append(write.call)
      byCall.append(proof)
      if write.hasVersion { versioned.append((write.version, proof)) }
    }
    versioned.sort { $0.version < $1.version }
    versions = versioned.map(\.version)
    byVersion = versioned.map(\.proof)
    Self.takeEarliest(&byCall)
    Self.takeEarliest(&byVersion)
  }

  private static func takeEarliest(_ proofs: inout [Proof]) {
    for position in proofs.indices.dropLast().reversed() where proofs[position + 1].time < proofs[position].time {
      proofs[position] = proofs[position + 1]
    }
  }

  /// - Parameter lastWritten: the moment after which no write can have left the value that was read.
  /// - Returns: the age in milliseconds, and the newer state; `nil`: within the allowed age.
  func excess(_ read: Op, lastWritten: Int32) -> (milliseconds: Double, newer: Op?)? {
    guard read.level.isCached else { return nil }
    var earliest: Proof?
    let next = calls.firstPosition { $0 > lastWritten }
    if next < byCall.count { earliest = byCall[next] }
    if read.hasVersion {
      let higher = versions.firstPosition { $0 > read.version }
      if higher < byVersion.count, byVersion[higher].time < earliest?.time ?? .max { earliest = byVersion[higher] }
    }
    guard let earliest, earliest.time != .max else { return nil }
    let age = KeyAudit.milliseconds(from: earliest.time, to: read.callTime)
    return age > limitMilliseconds ? (age, earliest.write) : nil
  }
}
