/// The messages that put a rule into an nft chain which hands packets to a queue.
///
/// nft's own `queue` statement is an option of the kernel that not every kernel has; the target `NFQUEUE` of xtables,
/// which nft tables can call, is there wherever `iptables-nft` works. So it is the latter, which nft itself can list
/// but not make.
enum RuleMessages {
  private static let inet: UInt8 = 1  // NFPROTO_INET
  private static let bypass: UInt16 = 1  // NFQ_FLAG_BYPASS
  static let acknowledgedSequence: UInt32 = 2

  /// `bypass` lets packets through while no program listens to the queue: when the helper dies, traffic goes on.
  static func queueRule(table: String, chain: String, queue: UInt16) -> [NetlinkMessage] {
    // NFT_MSG_NEWRULE
    var rule = message(6, [.request, .create, .append, .acknowledge])
    rule.attribute(1, text: table)
    rule.attribute(2, text: chain)
    rule.nested(4) { expressions in
      expressions.nested(1) { element in
        element.attribute(1, text: "target")
        element.nested(2) { target in
          target.attribute(1, text: "NFQUEUE")
          target.attribute(2, big: 3)
          target.attribute(3, information(queue))
        }
      }
    }
    return batch([rule])
  }

  /// A table with one chain that nothing calls.
  static func table(_ table: String, chain: String) -> [NetlinkMessage] {
    // NFT_MSG_NEWTABLE, NFT_MSG_NEWCHAIN
    var newTable = message(0, [.request, .create])
    newTable.attribute(1, text: table)
    var newChain = message(3, [.request, .create, .acknowledge])
    newChain.attribute(1, text: table)
    newChain.attribute(3, text: chain)
    return batch([newTable, newChain])
  }

  /// `struct xt_NFQ_info_v3`: queue, number of queues, flags; padded to 8 bytes.
  private static func information(_ queue: UInt16) -> [UInt8] {
    [queue, 1, bypass, 0].flatMap { value in withUnsafeBytes(of: value) { Array($0) } }
  }

  private static func message(_ type: UInt16, _ flags: NetlinkMessage.Flags) -> NetlinkMessage {
    NetlinkMessage(.tables, type: type, flags: flags, sequence: acknowledgedSequence, family: inet)
  }

  /// A transaction: all or nothing.
  private static func batch(_ messages: [NetlinkMessage]) -> [NetlinkMessage] {
    let subsystem = NetlinkMessage.Subsystem.tables.rawValue
    // NFNL_MSG_BATCH_BEGIN, NFNL_MSG_BATCH_END
    let begin = NetlinkMessage(.none, type: 16, flags: .request, sequence: 1, resource: subsystem)
    let end = NetlinkMessage(.none, type: 17, flags: .request, sequence: 3, resource: subsystem)
    return [begin] + messages + [end]
  }
}
