import ChaosPlan
import Foundation

extension Patroni {
  package func settings(of tier: Tier, asking port: any NodePort) async -> [TierSetting] {
    for node in port.running(tier) {
      if let body = await port.answer(to: "/config", port: Self.restPort, of: node, authorization: nil) {
        return Self.settings(body)
      }
    }
    return []
  }

  private struct Configuration: Decodable {
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

  /// Reads the answer to `GET /config`.
  static func settings(_ body: [UInt8]) -> [TierSetting] {
    guard let found = try? JSONDecoder().decode(Configuration.self, from: Data(body)) else { return [] }
    var settings: [TierSetting] = []
    for (name, seconds) in [("ttl", found.ttl), ("loop_wait", found.loopWait), ("retry_timeout", found.retryTimeout)] {
      guard let seconds else { continue }
      let text = seconds == seconds.rounded() ? String(Int(seconds)) : String(seconds)
      settings.append(TierSetting(name, text, seconds: seconds))
    }
    if let bytes = found.maximumLagOnFailover { settings.append(TierSetting("maximum_lag_on_failover", "\(bytes)")) }
    if let mode = found.synchronousMode { settings.append(TierSetting("synchronous_mode", mode)) }
    return settings
  }
}
