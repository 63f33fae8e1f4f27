import CapLedger
import ChaosPlan
import Foundation
import HTTPClient
import Stack

/// A tier's settings, read from the running tier. Settings that it does not report are left out.
struct LiveSettings: Sendable {
  let stack: Stack
  let http: HTTPClient

  func read(_ tier: Tier, in status: StackStatus) async -> [CapRecord.LiveSetting] {
    let nodes = status.nodes.filter { $0.tier == tier && $0.state.status == .running }
    switch tier {
    case .redis: return await redis(nodes)
    case .rabbitmq: return await rabbitmq(nodes)
    case .sql: return status.flavour == .patroni ? await patroni(nodes) : await cockroach(nodes)
    default: return []
    }
  }

  // MARK: Redis

  private static let redisNames = [
    "cluster-node-timeout", "cluster-replica-validity-factor", "min-replicas-to-write", "min-replicas-max-lag",
    "repl-timeout", "appendonly", "save",
  ]

  private func redis(_ nodes: [StackNode]) async -> [CapRecord.LiveSetting] {
    let script = Self.redisNames.map { "echo \"\($0)=$(redis-cli config get \($0) | sed -n 2p)\"" }
    return await Self.redis(
      run("export REDISCLI_AUTH=\"$KV_REDIS_PASSWORD\"; \(script.joined(separator: "; "))", nodes))
  }

  /// Reads `name=value` lines.
  static func redis(_ text: String) -> [CapRecord.LiveSetting] {
    pairs(text).map { name, value in
      let seconds: Double? =
        switch name {
        case "cluster-node-timeout": Double(value).map { $0 / 1_000 }
        case "min-replicas-max-lag", "repl-timeout": Double(value)
        default: nil
        }
      return CapRecord.LiveSetting(name: name, value: value, seconds: seconds)
    }
  }

  // MARK: RabbitMQ

  private func rabbitmq(_ nodes: [StackNode]) async -> [CapRecord.LiveSetting] {
    let expression = """
      lists:flatten(io_lib:format("net_ticktime=~p;raft.adaptive_failure_detector.poll_interval=~p;heartbeat=~p;", \
      [net_kernel:get_net_ticktime(), application:get_env(aten, poll_interval, undefined), \
      application:get_env(rabbit, heartbeat, undefined)])).
      """
    let script = """
      export HOME=/var/lib/rabbitmq; \
      /usr/lib/rabbitmq/bin/rabbitmqctl -q -n "rabbit@$HOSTNAME" eval '\(expression)' | tr -d '"' | tr ';' '\\n'
      """
    return Self.rabbitmq(await run(script, nodes, timeout: .seconds(30)))
  }

  static func rabbitmq(_ text: String) -> [CapRecord.LiveSetting] {
    pairs(text).map { name, value in
      let number = Double(value)
      return CapRecord.LiveSetting(
        name: name, value: value, seconds: name.hasSuffix("poll_interval") ? number.map { $0 / 1_000 } : number)
    }
  }

  // MARK: SQL

  private func patroni(_ nodes: [StackNode]) async -> [CapRecord.LiveSetting] {
    for node in nodes {
      guard let number = node.name.split(separator: "-").last.flatMap({ Int($0) }) else { continue }
      let request = HTTPRequest(
        method: "GET", url: "http://127.0.0.1:\(8_007 + number)/config", connectTimeoutMilliseconds: 1_000,
        timeoutMilliseconds: 3_000)
      guard let response = try? await http.send(request), response.status == 200 else { continue }
      return Self.patroni(response.body)
    }
    return []
  }

  private struct PatroniConfiguration: Decodable {
    var ttl: Double?
    var loopWait: Double?
    var retryTimeout: Double?
    var maximumLagOnFailover: Int?
    var synchronousMode: String?

    enum CodingKeys: String, CodingKey {
      case ttl
      case loopWait = "loop_wait"
      case retryTimeout = "retry_timeout"
      case maximumLagOnFailover = "maximum_lag_on_failover"
      case synchronousMode = "synchronous_mode"
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      ttl = try container.decodeIfPresent(Double.self, forKey: .ttl)
      loopWait = try container.decodeIfPresent(Double.self, forKey: .loopWait)
      retryTimeout = try container.decodeIfPresent(Double.self, forKey: .retryTimeout)
      maximumLagOnFailover = try container.decodeIfPresent(Int.self, forKey: .maximumLagOnFailover)
      // A word, or true or false.
      let word = try? container.decode(String.self, forKey: .synchronousMode)
      let flag = try? container.decode(Bool.self, forKey: .synchronousMode)
      synchronousMode = word ?? flag.map { String($0) }
    }
  }

  static func patroni(_ body: [UInt8]) -> [CapRecord.LiveSetting] {
    guard let found = try? JSONDecoder().decode(PatroniConfiguration.self, from: Data(body)) else { return [] }
    var settings: [CapRecord.LiveSetting] = []
    for (name, seconds) in [("ttl", found.ttl), ("loop_wait", found.loopWait), ("retry_timeout", found.retryTimeout)] {
      guard let seconds else { continue }
      settings.append(CapRecord.LiveSetting(name: name, value: short(seconds), seconds: seconds))
    }
    if let bytes = found.maximumLagOnFailover {
      settings.append(CapRecord.LiveSetting(name: "maximum_lag_on_failover", value: String(bytes)))
    }
    if let mode = found.synchronousMode {
      settings.append(CapRecord.LiveSetting(name: "synchronous_mode", value: mode))
    }
    return settings
  }

  /// What the lease of a range follows from: the version, what the server was started with, and the settings of the
  /// cluster.
  private func cockroach(_ nodes: [StackNode]) async -> [CapRecord.LiveSetting] {
    let script = """
      sql() { timeout 5 /cockroach/cockroach sql --format=tsv --execute "$1" | tail -n +2; }
      echo "version=$(sql 'SHOW CLUSTER SETTING version')" && env | grep '^COCKROACH_[A-Z_]*=[0-9][0-9a-z.]*$'
      sql "SELECT variable || '=' || value FROM [SHOW ALL CLUSTER SETTINGS] WHERE variable LIKE 'kv.%lease%'"
      """
    return Self.cockroach(await run(script, nodes))
  }

  /// Reads `name=value` lines, and adds how long a lease lasts by them.
  static func cockroach(_ text: String) -> [CapRecord.LiveSetting] {
    let found = pairs(text)
    let lease = CockroachLease(Dictionary(found) { first, _ in first })
    let shown = found.filter { name, _ in
      name == "version" || CockroachLease.names.contains(name) || name.hasPrefix("kv.")
    }.map { CapRecord.LiveSetting(name: $0.0, value: $0.1) }
    guard let lease else { return shown }
    return [CapRecord.LiveSetting(name: "lease", value: lease.origin, seconds: lease.seconds)] + shown
  }

  // MARK: Parts

  private func run(_ script: String, _ nodes: [StackNode], timeout: Duration = .seconds(10)) async -> String {
    for node in nodes {
      guard let result = try? await stack.engine.exec(node.container, ["bash", "-c", script], timeout: timeout),
        result.exitCode == 0, !result.output.isEmpty
      else { continue }
      return result.output
    }
    return ""
  }

  private static func pairs(_ text: String) -> [(String, String)] {
    text.split(whereSeparator: \.isNewline).compactMap { line in
      guard let equals = line.firstIndex(of: "="), equals != line.startIndex else { return nil }
      return (String(line[..<equals]), String(line[line.index(after: equals)...]))
    }
  }

  private static func short(_ number: Double) -> String {
    number == number.rounded() ? String(Int(number)) : String(number)
  }
}
