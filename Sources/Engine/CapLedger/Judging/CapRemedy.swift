/// A known remedy (or its absence) beside what it is a remedy for: cells of the same fault, and of the same workload
/// where both were measured in it.
public struct CapRemedy: Sendable, Hashable {
  public var title: String
  public var tier: String
  /// The variants to compare, the one without the remedy first.
  public var without: String
  public var with: String

  public static let all = [
    CapRemedy(
      title: "Redis: `WAIT 1` after each write, which counts only what a replica has", tier: "redis",
      without: "plain", with: "wait-1"),
    CapRemedy(
      title: "Redis: `min-replicas-to-write 1`, a master without a replica takes no writes", tier: "redis",
      without: "plain", with: "min-replicas"),
    CapRemedy(
      title: "RabbitMQ: a quorum queue in place of a classic queue", tier: "rabbitmq", without: "classic-queue",
      with: "plain"),
    CapRemedy(
      title: "SQL: reads with a barrier, which a deposed leader cannot pass", tier: "sql", without: "no-barrier",
      with: "plain"),
    CapRemedy(
      title: "Patroni: synchronous replication in place of asynchronous", tier: "sql", without: "asynchronous",
      with: "plain"),
  ]

  /// Cells of both variants by workload, fault and flavour, as far as at least one was measured.
  func pairs(_ cells: [CapCell]) -> [(without: CapCell?, with: CapCell?)] {
    struct Place: Hashable {
      var workload: String
      var fault: String
      var flavour: String
    }
    func places(of variant: String) -> [Place: CapCell] {
      let own = cells.filter { $0.tier == tier && $0.variant == variant }
      return Dictionary(
        own.map { (Place(workload: $0.workload.rawValue, fault: $0.fault, flavour: $0.flavour), $0) },
        uniquingKeysWith: { $0.startedAt > $1.startedAt ? $0 : $1 })
    }
    let (before, after) = (places(of: without), places(of: with))
    // The plain cells are in many places; what is compared is what the variant was measured in.
    let rare = without == "plain" ? after : before
    return rare.keys.sorted { ($0.fault, $0.workload, $0.flavour) < ($1.fault, $1.workload, $1.flavour) }
      .map { place in
        func match(_ cells: [Place: CapCell]) -> CapCell? {
          cells[place]
            ?? cells.filter { $0.key.fault == place.fault && $0.key.flavour == place.flavour }
            .min { $0.key.workload < $1.key.workload }?.value
        }
        return (match(before), match(after))
      }
  }
}
