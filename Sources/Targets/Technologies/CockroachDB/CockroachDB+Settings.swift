import ChaosPlan

extension CockroachDB {
  /// What the lease of a range follows from: the version, what the server was started with, and the settings of the
  /// cluster.
  package func settings(of tier: Tier, asking port: any NodePort) async -> [TierSetting] {
    let script = """
      sql() { timeout 5 /cockroach/cockroach sql --format=tsv --execute "$1" | tail -n +2; }
      echo "version=$(sql 'SHOW CLUSTER SETTING version')" && env | grep '^COCKROACH_[A-Z_]*=[0-9][0-9a-z.]*$'
      sql "SELECT variable || '=' || value FROM [SHOW ALL CLUSTER SETTINGS] WHERE variable LIKE 'kv.%lease%'"
      """
    return Self.settings(await port.firstOutput(of: ["bash", "-c", script], in: port.running(tier)))
  }

  /// Reads `name=value` lines, and adds how long a lease lasts by them.
  static func settings(_ text: String) -> [TierSetting] {
    let found = TierSetting.pairs(text)
    let lease = CockroachLease(Dictionary(found.map { ($0.name, $0.value) }) { first, _ in first })
    let shown = found.filter { name, _ in
      name == "version" || CockroachLease.names.contains(name) || name.hasPrefix("kv.")
    }.map { TierSetting($0.name, $0.value) }
    guard let lease else { return shown }
    return [TierSetting("lease", lease.origin, seconds: lease.seconds)] + shown
  }
}
