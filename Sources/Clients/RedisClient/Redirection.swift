import Endpoints

/// Where a cluster node sends a command that it does not serve.
public enum Redirection: Sendable, Hashable {
  /// The slot belongs to that node now; the map is stale.
  case moved(slot: Int, HostPort)
  /// The slot is on its way to that node; only this command goes there, after `ASKING`.
  case ask(slot: Int, HostPort)

  /// Reads `MOVED 3999 127.0.0.1:6381` and `ASK …`; nil for every other error. A node that does not know the other's
  /// address sends `:6381`; then the address of the node that answered (`from`) counts.
  public init?(error: String, from: HostPort) {
    let words = error.split(separator: " ")
    guard words.count == 3, let slot = Int(words[1]), (0..<HashSlot.count).contains(slot) else { return nil }
    let isPortOnly = words[2].lastIndex(of: ":") == words[2].startIndex
    guard let target = HostPort(lastColonIn: isPortOnly ? "\(from.host)\(words[2])" : String(words[2])) else {
      return nil
    }
    switch words[0] {
    case "MOVED": self = .moved(slot: slot, target)
    case "ASK": self = .ask(slot: slot, target)
    default: return nil
    }
  }
}
