import Glibc

/// Holds the packets of an nft chain for as long as a slow link would.
public struct PacketDelay {
  private let settings: DelayLine<Void>.Settings
  private let table: String
  private let chain: String

  public init(_ settings: DelayLine<Void>.Settings, table: String, chain: String) {
    self.settings = settings
    self.table = table
    self.chain = chain
  }

  /// Delays until the process is ended, or the kernel fails.
  ///
  /// - Parameter ready: called once, when packets are being delayed.
  public func run(ready: () -> Void) throws(PacketFaultError) -> Never {
    // Two helpers in one namespace begin to look for a free queue at different places.
    let queue = try PacketQueue(
      from: UInt16(truncatingIfNeeded: table.utf8.reduce(5381) { $0 &* 33 &+ UInt32($1) }) | 1)
    try Self.add(RuleMessages.queueRule(table: table, chain: chain, queue: queue.number))
    ready()
    var line = DelayLine<PacketQueue.Packet>(
      .init(
        delayNanoseconds: settings.delayNanoseconds, jitterNanoseconds: settings.jitterNanoseconds,
        bitsPerSecond: settings.bitsPerSecond, bufferNanoseconds: settings.bufferNanoseconds))
    var generator = SystemRandomNumberGenerator()
    while true {
      for packet in line.leave(now: MonotonicClock.nanoseconds()) { try queue.decide(packet, accepts: true) }
      let before = MonotonicClock.nanoseconds()
      wait(
        forReading: queue.socket.descriptor, nanoseconds: line.nextDeparture.map { $0 > before ? $0 - before : 0 })
      let arrivals = try queue.arrivals()
      let now = MonotonicClock.nanoseconds()
      for packet in arrivals
      where !line.enter(packet, lengthBytes: packet.lengthBytes, now: now, using: &generator) {
        try queue.decide(packet, accepts: false)
      }
    }
  }

  /// Finds out, in a network namespace of its own, whether the kernel can do all that a delay takes.
  public static func check() throws(PacketFaultError) {
    let (table, chain) = ("kvchaos_check", "delay")
    let queue = try PacketQueue(from: 1)
    try add(RuleMessages.table(table, chain: chain))
    try add(RuleMessages.queueRule(table: table, chain: chain, queue: queue.number))
  }

  private static func add(_ messages: [NetlinkMessage]) throws(PacketFaultError) {
    let socket = try NetlinkSocket()
    try socket.send(messages)
    try socket.awaitAcknowledgement(
      of: RuleMessages.acknowledgedSequence,
      "the kernel does not queue packets from an nft table (CONFIG_NFT_COMPAT and CONFIG_NETFILTER_XT_TARGET_NFQUEUE)")
  }
}
