/// The nft table of one fault in one network namespace, as text for `nft`. Pure.
///
/// Each fault has a table of its own, with its own name and its own chains: to heal the fault, the table is deleted.
/// Rules of others are never touched, in any order of deletions.
struct RuleTable: Sendable, Hashable {
  enum Chain: String, Sendable, Hashable {
    case input, output
  }

  /// Tables of this suite begin so; what `kvchaos residue` looks for.
  static let prefix = "kvchaos_"
  /// Before connection tracking and before Docker's own address translation, so that a rule sees the packet as it is
  /// sent.
  private static let priority = -300
  /// The chain that packets to be delayed are sent to; `kv-netfault delay` puts the rule into it that queues them.
  static let delayChain = "delay"

  let name: String

  /// The command that makes the table, all of it or nothing (one nft transaction). Safe to repeat.
  func creation(_ effect: PacketEffect, _ direction: PacketDirection, _ peers: Peers) -> String {
    var lines = ["add table inet \(name)", "flush table inet \(name)"]
    switch effect {
    case .delay, .throttle: lines.append("add chain inet \(name) \(Self.delayChain)")
    case .drop, .reset, .dropNameQueries: break
    }
    for chain in direction.chains {
      let hook = "{ type filter hook \(chain.rawValue) priority \(Self.priority); policy accept; }"
      lines.append("add chain inet \(name) \(chain.rawValue) \(hook)")
      for rule in rules(effect, chain, peers) { lines.append("add rule inet \(name) \(chain.rawValue) \(rule)") }
    }
    return lines.joined(separator: "\n")
  }

  /// The command that takes the table away, whether it is there or not.
  var deletion: String { "add table inet \(name)\ndelete table inet \(name)" }

  private func rules(_ effect: PacketEffect, _ chain: Chain, _ peers: Peers) -> [String] {
    let match = peers.match(chain == .input ? "saddr" : "daddr")
    switch effect {
    case .drop(let percent):
      return ["\(match) \(Self.share(percent))counter drop"]
    case .reset(let percent):
      // A reset itself goes through: it is what the other side learns of the end by.
      return ["\(match) tcp flags & rst == 0 \(Self.share(percent))counter reject with tcp reset"]
    case .delay, .throttle:
      return ["\(match) counter jump \(Self.delayChain)"]
    case .dropNameQueries:
      return ["udp dport 53 counter drop", "tcp dport 53 counter drop"]
    }
  }

  private static func share(_ percent: Int) -> String {
    percent >= 100 ? "" : "numgen random mod 100 < \(percent) "
  }

  /// Whose packets the rules match.
  enum Peers: Sendable, Hashable {
    case network(ContainerNetwork)
    /// Sorted, without doubles, never empty.
    case addresses([String])

    func match(_ field: String) -> String {
      switch self {
      case .network(let network):
        "ip \(field) \(network.address)/\(network.prefixLength) ip \(field) != \(network.gateway)"
      case .addresses(let addresses):
        "ip \(field) { \(addresses.joined(separator: ", ")) }"
      }
    }
  }

  /// The names of this suite's tables in what `nft list tables` prints.
  static func names(in listing: String) -> [String] {
    listing.split(whereSeparator: \.isNewline).compactMap { line in
      let words = line.split(separator: " ")
      guard words.count == 3, words[0] == "table", words[2].hasPrefix(prefix) else { return nil }
      return String(words[2])
    }
  }
}
