/// Which command queue a key belongs to.
///
/// The function and the count must never change while commands are queued: two writes to one key in two queues lose
/// their order. So the count is part of the queue's name. A service with another count finds no queue of that name, and
/// can neither publish nor apply anything.
public struct Partition: Sendable, Hashable, CustomStringConvertible {
  public let index: Int
  /// How many there are.
  public let count: Int

  /// A partition by its number, from 0.
  public init(index: Int, count: Int) {
    self.index = index
    self.count = count
  }

  /// The partition of `key` among `count`: FNV-1a (64 bits) of the key's bytes, modulo `count`.
  ///
  /// Source: Fowler, Noll, Vo, draft-eastlake-fnv. Traps when `count` is not positive.
  public init(of key: Key, count: Int) {
    precondition(count > 0, "a store has at least one partition")
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in key.bytes {
      hash ^= UInt64(byte)
      hash &*= 0x0000_0100_0000_01b3
    }
    self.init(index: Int(hash % UInt64(count)), count: count)
  }

  /// The name of the partition's queue.
  public var queueName: String {
    #if PlantedBugs
      if let name = plantedQueueName { return name }
    #endif
    return "kv.commands.\(count).\(index)"
  }

  public var description: String { queueName }
}
