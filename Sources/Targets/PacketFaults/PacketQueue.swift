import Glibc

/// A queue of the kernel (NFQUEUE): packets wait in it until their verdict. Owned by one thread.
final class PacketQueue {
  /// A packet that waits.
  struct Packet: Sendable, Hashable {
    var id: UInt32
    var lengthBytes: Int
  }

  private enum Kind {
    static let packet = NetlinkMessage.Subsystem.queue.rawValue << 8
    static let verdict: UInt16 = 1
    static let configuration: UInt16 = 2
  }

  /// Enough to read the length by; the packet itself stays in the kernel.
  private static let copiedBytes: UInt32 = 40
  private static let lengthMaximum: UInt32 = 16_384

  let socket: NetlinkSocket
  let number: UInt16
  private var sequence: UInt32 = 0

  /// Takes the first free queue from `number` on.
  init(from number: UInt16) throws(PacketFaultError) {
    var last = PacketFaultError("no queue is free", 0)
    for step in 0..<64 as Range<UInt16> {
      do throws(PacketFaultError) {
        let socket = try NetlinkSocket()
        try Self.bind(number &+ step, socket)
        self.socket = socket
        self.number = number &+ step
        return
      } catch {
        guard error.errorNumber == EBUSY || error.errorNumber == EPERM else { throw error }
        last = error
      }
    }
    throw last
  }

  private static func bind(_ number: UInt16, _ socket: NetlinkSocket) throws(PacketFaultError) {
    func configuration(_ sequence: UInt32) -> NetlinkMessage {
      NetlinkMessage(
        .queue, type: Kind.configuration, flags: [.request, .acknowledge], sequence: sequence, resource: number)
    }
    // NFQA_CFG_CMD: NFQNL_CFG_CMD_BIND, padding, the protocol family, which is ignored.
    var bind = configuration(1)
    bind.attribute(1, [1, 0, 0, 0])
    try socket.send([bind])
    try socket.awaitAcknowledgement(of: 1, "the kernel does not provide a packet queue")
    // NFQA_CFG_PARAMS: number of bytes, NFQNL_COPY_PACKET; NFQA_CFG_QUEUE_MAXLEN.
    var parameters = configuration(2)
    parameters.attribute(2, copiedBytes.bigEndianBytes + [2])
    parameters.attribute(3, big: lengthMaximum)
    try socket.send([parameters])
    try socket.awaitAcknowledgement(of: 2, "the kernel does not accept a packet queue's settings")
  }

  /// The packets that have come and were not given out yet.
  func arrivals() throws(PacketFaultError) -> [Packet] {
    try socket.receive(waits: false).compactMap(Self.packet)
  }

  static func packet(_ answer: NetlinkAnswer) -> Packet? {
    guard answer.type == Kind.packet else { return nil }
    let attributes = answer.attributes
    // NFQA_PACKET_HDR, NFQA_PAYLOAD, NFQA_CAP_LEN (there if the payload is not all of the packet).
    guard let header = attributes[1], header.count >= 4 else { return nil }
    let length = attributes[13].flatMap { $0.count == 4 ? Int($0[...].big(at: 0)) : nil } ?? attributes[10]?.count ?? 0
    return Packet(id: header[...].big(at: 0), lengthBytes: length)
  }

  /// Lets a packet go on its way, or drops it.
  func decide(_ packet: Packet, accepts: Bool) throws(PacketFaultError) {
    sequence &+= 1
    try socket.send([Self.verdict(packet, accepts: accepts, queue: number, sequence: sequence)])
  }

  static func verdict(_ packet: Packet, accepts: Bool, queue: UInt16, sequence: UInt32) -> NetlinkMessage {
    var message = NetlinkMessage(
      .queue, type: Kind.verdict, flags: .request, sequence: sequence, resource: queue)
    // NFQA_VERDICT_HDR: NF_ACCEPT or NF_DROP, the packet.
    message.attribute(2, UInt32(accepts ? 1 : 0).bigEndianBytes + packet.id.bigEndianBytes)
    return message
  }
}
