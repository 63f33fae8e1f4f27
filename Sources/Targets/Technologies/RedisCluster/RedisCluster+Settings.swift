import ChaosPlan

extension RedisCluster {
  private static let settingNames = [
    "cluster-node-timeout", "cluster-replica-validity-factor", "min-replicas-to-write", "min-replicas-max-lag",
    "repl-timeout", "appendonly", "save",
  ]

  package func settings(of tier: Tier, asking port: any NodePort) async -> [TierSetting] {
    let script = Self.settingNames.map { "echo \"\($0)=$(redis-cli config get \($0) | sed -n 2p)\"" }
    return Self.settings(
      await port.firstOutput(
        of: ["sh", "-c", script.joined(separator: "; ")], environment: environment(port), in: port.running(tier)))
  }

  /// Reads `name=value` lines.
  static func settings(_ text: String) -> [TierSetting] {
    TierSetting.pairs(text).map { name, value in
      let seconds: Double? =
        switch name {
        case "cluster-node-timeout": Double(value).map { $0 / 1_000 }
        case "min-replicas-max-lag", "repl-timeout": Double(value)
        default: nil
        }
      return TierSetting(name, value, seconds: seconds)
    }
  }
}
