import Endpoints

/// Which master serves which slot. Pure.
public struct SlotMap: Sendable, Hashable {
  /// Every node of the last topology, replicas too: whom to ask next time.
  public private(set) var nodes: [HostPort] = []
  private var masters: [HostPort] = []
  private var owners: [Int16] = Array(repeating: -1, count: HashSlot.count)

  /// A map that knows nothing.
  public init() {}

  /// Reads the reply of `CLUSTER SLOTS`: rows of first slot, last slot, master, replicas, each node as address, port,
  /// id. Throws `unexpectedReply`.
  public init(clusterSlots reply: RedisReply, from: HostPort) throws(RedisError) {
    guard case .array(let rows) = reply else {
      throw RedisError(.unexpectedReply, "CLUSTER SLOTS did not answer with an array")
    }
    for row in rows {
      guard case .array(let fields) = row, fields.count >= 3, case .integer(let first) = fields[0],
        case .integer(let last) = fields[1], first >= 0, last < Int64(HashSlot.count), first <= last
      else { throw RedisError(.unexpectedReply, "CLUSTER SLOTS has a row of another shape") }
      let nodes = fields[2...].compactMap { Self.node($0, from: from) }
      guard let master = nodes.first else {
        throw RedisError(.unexpectedReply, "CLUSTER SLOTS has a row without a node")
      }
      for node in nodes where !self.nodes.contains(node) { self.nodes.append(node) }
      setOwner(of: Int(first)...Int(last), master)
    }
  }

  private static func node(_ reply: RedisReply, from: HostPort) -> HostPort? {
    guard case .array(let fields) = reply, fields.count >= 2, case .integer(let port) = fields[1] else { return nil }
    let host = fields[0].text ?? ""
    return HostPort(host: host.isEmpty ? from.host : host, port: Int(port))
  }

  /// The master of a slot; nil when none is known.
  public func owner(of slot: Int) -> HostPort? {
    let index = owners[slot]
    return index < 0 ? nil : masters[Int(index)]
  }

  /// Every node that owns a slot.
  public var slotOwners: [HostPort] { Set(owners).filter { $0 >= 0 }.sorted().map { masters[Int($0)] } }

  /// Corrects one slot after a `MOVED`.
  public mutating func setOwner(of slot: Int, _ node: HostPort) { setOwner(of: slot...slot, node) }

  private mutating func setOwner(of slots: ClosedRange<Int>, _ node: HostPort) {
    let index = masters.firstIndex(of: node) ?? masters.count
    if index == masters.count { masters.append(node) }
    for slot in slots { owners[slot] = Int16(index) }
  }

  /// The nodes that own a slot here which another one owned in `earlier`.
  func successors(of earlier: SlotMap) -> Set<HostPort> {
    var found: Set<HostPort> = []
    for slot in owners.indices {
      guard let before = earlier.owner(of: slot), let now = owner(of: slot), before != now else { continue }
      found.insert(now)
    }
    return found
  }

  /// True when every slot has an owner.
  public var isComplete: Bool { !owners.contains(-1) }
}
