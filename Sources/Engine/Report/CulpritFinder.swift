import Consistency
import History

/// Names the tier of each violation: follows the operations that show it through the HTTP answer, the broker's confirm,
/// the delivery to a worker and its commit (logs), the SQL tier's record and the cache (the answers after the drain).
///
/// Pure; it never guesses without evidence.
struct CulpritFinder {
  let record: Judgement.Record
  let consistency: ConsistencyReport
  let lost: [LostWrite]
  /// All of the report, those about service among them.
  let checks: [CheckReport]
  var trails: OperationTrails { record.trails }

  /// By how many findings point there, the most first; within a check the tier of the most.
  func culprits() -> [Culprit] {
    var found: [Culprit] = []
    func add(_ culprit: Culprit) {
      if let index = found.firstIndex(where: { $0.tier == culprit.tier && $0.check == culprit.check }) {
        found[index].count += 1
      } else {
        found.append(culprit)
      }
    }
    let audits = self.audits
    let gaps = trails.gaps { audits[$0] }
    for write in lost { add(culprit(ofLost: write, audits, gaps: gaps)) }
    for outcome in consistency.checks where outcome.check != .lostWrites && outcome.violations > 0 {
      for finding in outcome.findings { culprit(of: finding).map(add) }
    }
    for check in checks where check.verdict == .violated && Self.serviceChecks.contains(check.name) {
      for tier in struckTiers {
        add(
          Culprit(
            tier: tier, check: check.name,
            sentence: "the store was not back in time, or answered too little, without \(tier)"
          ))
      }
    }
    return found.sorted { ($1.count, $0.check, $0.tier.rawValue) < ($0.count, $1.check, $1.tier.rawValue) }
  }

  private static let serviceChecks: Set<String> = ["recovery", "availability-during"]

  /// The tiers that the faults took nodes from: a node is named after its tier, or after the proxy that it is.
  private var struckTiers: [Culprit.Tier] {
    let names = record.faults.flatMap(\.targets).compactMap { $0.node.split(separator: "-").first.map(String.init) }
    return Set(names.compactMap { Self.proxies.contains($0) ? .proxy : Culprit.Tier(rawValue: $0) })
      .sorted { $0.rawValue < $1.rawValue }
  }

  private static let proxies: Set<String> = ["nginx", "haproxy"]

  /// By operation id, whether the SQL tier's record has it.
  private var audits: [String: Bool] {
    var audits: [String: Bool] = [:]
    for event in record.events where event.kind == .ok && event.function == "operation" {
      if let operation = event.operation, case .bool(let isApplied) = event.value { audits[operation] = isApplied }
    }
    return audits
  }

  /// Failovers cannot explain more than this: each leaves one, and partitions that commit concurrently blur its edge.
  private static let gapsOfFailovers = 4

  private func culprit(ofLost write: LostWrite, _ audits: [String: Bool], gaps: Int) -> Culprit {
    func named(_ tier: Culprit.Tier, _ sentence: String) -> Culprit {
      Culprit(tier: tier, check: "lost-writes", sentence: sentence, operation: write.operation)
    }
    guard audits[write.operation] == false else {
      return named(.sql, "its record of applied operations has the write, and the key's row went back")
    }
    guard !trails.isEmpty else {
      return named(
        .untraced, "acknowledged, and the SQL tier never had it; the services' logs tell more with KV_LOG_LEVEL=debug")
    }
    let trail = trails[write.operation]
    guard trail.batches.isEmpty else {
      if trails.companions(of: write.operation).contains(where: { audits[$0] == true }) {
        return named(.worker, "reported as committed; the SQL tier has the rest of its batch, but not this one")
      }
      return gaps > Self.gapsOfFailovers
        ? named(.worker, "reported as committed, but missing among commits that are there: a log can only lose its end")
        : named(.sql, "reported as committed by a worker, but nothing of its batch is in the SQL tier")
    }
    guard trail.deliveredTo.isEmpty else {
      return named(.worker, "a worker received it and never committed it, and no broker has it any more")
    }
    return trail.isConfirmed
      ? named(.rabbitmq, "a quorum confirmed it, but no worker ever received it")
      : named(.api, "acknowledged although no broker had confirmed it")
  }

  private func culprit(of finding: Finding) -> Culprit? {
    func named(_ tier: Culprit.Tier, _ sentence: String, _ operation: Operation? = nil) -> Culprit {
      Culprit(tier: tier, check: finding.check.rawValue, sentence: sentence, operation: operation?.operation)
    }
    let write = finding.operations.first { $0.isWriteOfStore }
    let read = finding.operations.last { $0.function == "get" }
    switch finding.check {
    case .lostWrites: return nil
    case .convergence: return named(.redis, "the cache and the SQL tier differ after the drain", write)
    case .failedWrites:
      return write?.isAnswered == false
        ? named(.client, "no answer came; the client treated it as certainly not done, but it was done", write)
        : named(.api, "answered as not done, but done", write)
    case .phantomReads:
      return read?.level == "cache" || read?.level == Event.FinalLevel.cache.rawValue
        ? named(.redis, "a cached read saw a value that was never written", read)
        : named(.sql, "a read saw a value that was never written", read)
    case .duplicates, .versions, .order, .monotonicWrites, .writesFollowReads, .staleReads, .readYourWrites,
      .monotonicReads, .linearizability:
      return culprit(ofOrder: finding, named)
    }
  }

  /// Effects that occurred twice, in another order, or not at all.
  private func culprit(
    ofOrder finding: Finding, _ named: (Culprit.Tier, String, Operation?) -> Culprit
  ) -> Culprit? {
    let writes = finding.operations.filter(\.isWriteOfStore)
    for write in writes {
      guard let operation = write.operation else { continue }
      if !trails.strangers(of: operation).isEmpty {
        return named(.api, "the write was sent again under another operation id", write)
      }
    }
    guard !trails.isEmpty else { return named(.untraced, "the services did not log the paths of the operations", nil) }
    let ofKey = finding.key.map { operations(ofKey: $0) } ?? []
    let hands = ofKey.map { trails[$0].deliveredTo }
    // In the order of the acknowledgements: A, B, A is not a handover.
    let changes = hands.compactMap(\.first)
    if isShared(changes) {
      return named(.rabbitmq, "several workers consumed the key's queue at the same time", nil)
    }
    if finding.check == .duplicates || finding.check == .versions,
      let again = ofKey.first(where: { trails[$0].deliveredTo.count > 1 })
    {
      return Culprit(
        tier: .worker, check: finding.check.rawValue, sentence: "a command that was delivered again was applied again",
        operation: again)
    }
    // The key's writes were applied in order, so the read was answered from another source.
    return finding.operations.contains { $0.function == "get" }
      ? named(.api, "the SQL tier had the newer state, but the read was answered with an older one", writes.first)
      : named(.sql, "the row's versions are not those of its writes", writes.first)
  }

  private func operations(ofKey key: String) -> [String] {
    record.events.filter { $0.kind == .ok && $0.key == key && ($0.function == "put" || $0.function == "delete") }
      .compactMap(\.operation)
  }

  /// Whether a worker came back after another had taken over, more often than faults explain.
  private func isShared(_ hands: [String]) -> Bool {
    var changes = 0
    for (earlier, later) in zip(hands, hands.dropFirst()) where earlier != later { changes += 1 }
    return changes > 4 && changes * 4 > hands.count
  }
}

extension Operation {
  fileprivate var isWriteOfStore: Bool { function == "put" || function == "delete" }

  /// Whether its outcome comes from an answer of the store, not from the client after a missing answer: the reason then
  /// begins with the status.
  fileprivate var isAnswered: Bool { error.map { Int($0.prefix(3)) != nil } ?? true }
}
