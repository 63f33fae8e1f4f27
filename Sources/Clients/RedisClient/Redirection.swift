/// Where a cluster node sends a command that it does not serve.
public enum Redirection: Sendable, Hashable {
  /// The slot belongs to that node now; the map is stale.
  case moved(slot: Int, RedisNode)
  /// The slot is on its way to that node; only this command goes there, after `ASKING`.
  case ask(slot: Int, RedisNode)

  /// Reads `MOVED 3999 127.0.0.1:6381` and `ASK …`; nil for every other error. A node that does not know the other's
  /// address sends `:6381`; then the address of the node that answered (`from`) counts.
  public init?(error: String, from: RedisNode) {
    let words = error.split(separator: " ")
    guard words.count == 3, let slot = Int(words[1]), (0..<HashSlot.count).contains(slot) else { return nil }
    let target = words[2].hasPrefix(":") ? RedisNode("\(from.host)\(words[2])") : RedisNode(words[2])
    guard let target else { return nil }
    switch words[0] {
    case "MOVED": self = .moved(slot: slot, target)
    case "ASK": self = .ask(slot: slot, target)
    default: return nil
    }
  }
}
