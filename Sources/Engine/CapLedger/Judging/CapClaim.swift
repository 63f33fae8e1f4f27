import Consistency
import Presentation

/// A common claim, compared with the measurements.
public struct CapClaim: Sendable, Hashable, Codable {
  public enum Answer: String, Sendable, Hashable, Codable {
    case holds
    case refuted
    case notMeasured = "not measured"
  }

  public var claim: String
  public var answer: Answer
  public var because: String

  /// The claims of the ledger.
  public static func all(_ cells: [CapCell], _ labels: [CapLabelling]) -> [CapClaim] {
    [redis(cells, labels), rabbitmq(labels), cockroach(labels), whole(cells, labels)]
  }

  private static func redis(_ cells: [CapCell], _ labels: [CapLabelling]) -> CapClaim {
    let claim = "Redis Cluster is CP, with synchronous replication"
    let plain = sound(cells, "redis", "plain")
    let label = labels.first { $0.tier == "redis" && $0.variant == "plain" }
    let losses = plain.filter { $0.lostWrites > 0 && !$0.fault.hasSuffix("all-down") }
    if let first = losses.first {
      return CapClaim(
        claim: claim, answer: .refuted,
        because: "a write is acknowledged before a replica has it: \(first.lostWrites) of "
          + "\(Numbers.counted(first.examinedWrites, "acknowledged write")) lost in \(first.cellWords)"
          + (label.map { "; the label is \($0.label.rawValue)" } ?? ""))
    }
    return labelled(claim, label, is: .cp)
  }

  private static func rabbitmq(_ labels: [CapLabelling]) -> CapClaim {
    labelled(
      "RabbitMQ with quorum queues is AP", labels.first { $0.tier == "rabbitmq" && $0.variant == "plain" }, is: .ap)
  }

  private static func cockroach(_ labels: [CapLabelling]) -> CapClaim {
    let claim = "CockroachDB is CP"
    let plain = labels.filter { $0.tier == "sql" && $0.variant == "plain" }
    if let label = plain.first(where: { $0.flavour == "cockroach" }) { return labelled(claim, label, is: .cp) }
    var because = "no cell ran on CockroachDB"
    if let patroni = plain.first(where: { $0.flavour == "patroni" }) {
      because += "; Patroni in its place is \(patroni.label.rawValue): \(patroni.because)"
    }
    return CapClaim(claim: claim, answer: .notMeasured, because: because)
  }

  /// Persistent data is the data in SQL: acknowledged writes must exist, and if that is impossible the store must
  /// refuse writes, on every measured flavour. A stale cached read is not a loss of persistent data, but is reported.
  private static func whole(_ cells: [CapCell], _ labels: [CapLabelling]) -> CapClaim {
    let claim = "the whole favours consistency for persistent data"
    let store = sound(cells, "store", nil)
    let committed = labels.filter {
      $0.tier == "store" && $0.variant == "committed-linearizable" && $0.label != .notMeasured && $0.label != .undecided
    }
    let lost = store.filter { $0.lostWrites + $0.inventedValues > 0 }
    if let first = lost.first {
      return CapClaim(claim: claim, answer: .refuted, because: "\(first.amiss) in \(first.variant), \(first.cellWords)")
    }
    guard !committed.isEmpty else {
      return CapClaim(claim: claim, answer: .notMeasured, because: "no label of committed-linearizable")
    }
    let stale = store.filter { $0.variant == "queued-cache" }.reduce(0) { $0 + $1.staleReads }
    let words = committed.map { label in
      "\(label.label.rawValue)\(committed.count > 1 ? " on \(label.flavour)" : ""): \(label.because)"
    }
    let because =
      "committed writes and linearizable reads are \(words.joined(separator: "; ")); of "
      + "\(Numbers.counted(store.reduce(0) { $0 + $1.examinedWrites }, "acknowledged write")) of all levels none is lost; "
      + "cached reads were stale \(stale == 1 ? "once" : "\(stale) times")"
    return CapClaim(
      claim: claim, answer: committed.allSatisfy { $0.label == .cp } ? .holds : .refuted, because: because)
  }

  private static func labelled(_ claim: String, _ label: CapLabelling?, is expected: CapLabel) -> CapClaim {
    guard let label, label.label != .notMeasured, label.label != .undecided, label.label != .inconclusive else {
      return CapClaim(
        claim: claim, answer: .notMeasured, because: label.map { "\($0.label.rawValue): \($0.because)" } ?? "no cell")
    }
    return CapClaim(
      claim: claim, answer: label.label == expected ? .holds : .refuted,
      because: "measured: \(label.label.rawValue), \(label.because)")
  }

  private static func sound(_ cells: [CapCell], _ tier: String, _ variant: String?) -> [CapCell] {
    cells.filter { $0.tier == tier && (variant == nil || $0.variant == variant) && $0.problems.isEmpty }
      .sorted { $0.name < $1.name }
  }
}
