/// How long a CockroachDB node keeps its leases after its last sign of life, depending on its version and settings.
/// Pure.
///
/// - Up to 22.2: three election timeouts, each a number of ticks of 200 ms (`pkg/base/config.go`).
/// - From 23.1: a duration of its own, 6 s, whatever the election timeout is.
/// - From 25.2 leases are those of the Raft leader, which has them for as long as the stores support its own: 3 s.
///   Where the cluster says that it has none of that kind, or the version is older, it is the duration above.
struct CockroachLease: Sendable, Hashable {
  static let names = [
    "COCKROACH_RAFT_ELECTION_TIMEOUT_TICKS", "COCKROACH_RAFT_TICK_INTERVAL", "COCKROACH_RANGE_LEASE_DURATION",
    "COCKROACH_STORE_LIVENESS_SUPPORT_DURATION", leaderLeases,
  ]
  private static let leaderLeases = "kv.leases.leader_leases.enabled"

  var seconds: Double
  /// How it follows, for people: `3 x 8 ticks of 200 ms`.
  var origin: String

  /// - Parameter settings: `version` (of the cluster, as `SHOW CLUSTER SETTING version` has it), the server's
  ///   environment and the cluster's settings, by name.
  /// - Returns: `nil` where the version is not known, or a value is none.
  init?(_ settings: [String: String]) {
    guard let version = settings["version"].flatMap(Self.version) else { return nil }
    func duration(_ name: String, _ fallback: String) -> (Double, String)? {
      let text = settings[name] ?? fallback
      return Self.seconds(text).map { ($0, "\(name)=\(text)") }
    }
    if version < (23, 1) {
      guard let ticks = Int(settings["COCKROACH_RAFT_ELECTION_TIMEOUT_TICKS"] ?? "15"), ticks > 0 else { return nil }
      (seconds, origin) = (3 * Double(ticks) * 0.2, "3 x \(ticks) ticks of 200 ms")
      return
    }
    let hasLeaderLeases = settings[Self.leaderLeases].map { ["true", "t", "on"].contains($0) } ?? (version >= (25, 2))
    let found =
      hasLeaderLeases
      ? duration("COCKROACH_STORE_LIVENESS_SUPPORT_DURATION", "3s") : duration("COCKROACH_RANGE_LEASE_DURATION", "6s")
    guard let found else { return nil }
    (seconds, origin) = found
  }

  /// `21.2-62` is on the way to 22.1: the binary is newer than the version that its cluster has finalized.
  private static func version(_ text: String) -> (Int, Int)? {
    let release = text.split(separator: "-").first?.split(separator: ".") ?? []
    guard release.count >= 2, let year = Int(release[0].drop { !$0.isNumber }), let part = Int(release[1]) else {
      return nil
    }
    return (year, part)
  }

  /// `6s`, `500ms`, `1m30s`, as Go writes them.
  private static func seconds(_ text: String) -> Double? {
    var rest = text[...]
    var total = 0.0
    while !rest.isEmpty {
      let number = rest.prefix { $0.isNumber || $0 == "." }
      rest = rest.dropFirst(number.count)
      let unit = rest.prefix { $0.isLetter }
      rest = rest.dropFirst(unit.count)
      let units = ["ms": 0.001, "s": 1, "m": 60, "h": 3_600]
      guard let value = Double(number), let factor = units[String(unit)] else { return nil }
      total += value * factor
    }
    return total > 0 ? total : nil
  }
}
