import Glibc

/// Echo requests (ping) to several addresses side by side, by the kernel's unprivileged ICMP sockets.
public struct EchoProbe {
  public var count: Int
  public var intervalMicroseconds: UInt64
  /// Of the payload; at least 8.
  public var sizeBytes: Int
  /// How long answers are waited for after the last request.
  public var timeoutMicroseconds: UInt64

  public init(count: Int, intervalMicroseconds: UInt64, sizeBytes: Int, timeoutMicroseconds: UInt64) {
    self.count = count
    self.intervalMicroseconds = intervalMicroseconds
    self.sizeBytes = sizeBytes
    self.timeoutMicroseconds = timeoutMicroseconds
  }

  /// What came back from one address.
  public struct Result: Sendable, Hashable, CustomStringConvertible {
    public var address: String
    public var sent = 0
    public var roundTripsMicroseconds: [UInt64] = []
    /// From the first request to the last answer.
    public var spanMicroseconds: UInt64?

    init(address: String) {
      self.address = address
    }

    public var medianMicroseconds: UInt64? {
      roundTripsMicroseconds.isEmpty ? nil : roundTripsMicroseconds.sorted()[roundTripsMicroseconds.count / 2]
    }

    /// `172.30.87.11 sent=5 received=5 median_us=83 span_us=201`
    public var description: String {
      var words = [address, "sent=\(sent)", "received=\(roundTripsMicroseconds.count)"]
      if let median = medianMicroseconds { words.append("median_us=\(median)") }
      if let span = spanMicroseconds { words.append("span_us=\(span)") }
      return words.joined(separator: " ")
    }
  }

  private struct Request {
    var index: Int
    var at: UInt64
  }

  /// Asks, and waits for the answers.
  public func run(_ addresses: [String]) throws(PacketFaultError) -> [Result] {
    let socket = try DatagramSocket(protocol: Int32(IPPROTO_ICMP))
    let targets = try addresses.map { (text) throws(PacketFaultError) in try InternetAddress(text, port: 0) }
    var results = addresses.map(Result.init(address:))
    var requests: [UInt16: Request] = [:]
    var sequence: UInt16 = 0
    let begin = MonotonicClock.microseconds()
    for round in 0..<count {
      for (index, target) in targets.enumerated() {
        sequence &+= 1
        requests[sequence] = Request(index: index, at: MonotonicClock.microseconds())
        results[index].sent += 1
        // A rule that drops what leaves makes this fail: it counts as sent and lost.
        socket.send(EchoMessage.request(sequence: sequence, sizeBytes: sizeBytes), to: target)
        collect(socket, &requests, &results, begin, until: 0)
      }
      let next = begin + UInt64(round + 1) * intervalMicroseconds
      if round + 1 < count { collect(socket, &requests, &results, begin, until: next) }
    }
    collect(socket, &requests, &results, begin, until: MonotonicClock.microseconds() + timeoutMicroseconds)
    return results
  }

  /// Takes what has come, and what comes until then, or until nothing is asked for any more.
  private func collect(
    _ socket: DatagramSocket, _ requests: inout [UInt16: Request], _ results: inout [Result], _ begin: UInt64,
    until time: UInt64
  ) {
    while true {
      while let message = socket.receive() {
        guard let sequence = EchoMessage.answerSequence(message),
          let request = requests.removeValue(forKey: sequence)
        else { continue }
        let now = MonotonicClock.microseconds()
        results[request.index].roundTripsMicroseconds.append(now - request.at)
        results[request.index].spanMicroseconds = now - begin
      }
      let now = MonotonicClock.microseconds()
      guard now < time, !requests.isEmpty || intervalMicroseconds > 0 else { return }
      if requests.isEmpty, results.allSatisfy({ $0.sent == count }) { return }
      socket.wait(microseconds: time - now)
    }
  }
}

/// ICMP echo messages (RFC 792).
enum EchoMessage {
  private static let requestType: UInt8 = 8
  private static let answerType: UInt8 = 0

  /// The kernel sets the identifier and the checksum of what such a socket sends.
  static func request(sequence: UInt16, sizeBytes: Int) -> [UInt8] {
    [requestType, 0, 0, 0, 0, 0, UInt8(sequence >> 8), UInt8(sequence & 0xFF)]
      + [UInt8](repeating: 0x6B, count: max(8, sizeBytes) - 8)
  }

  static func answerSequence(_ message: [UInt8]) -> UInt16? {
    guard message.count >= 8, message[0] == answerType else { return nil }
    return UInt16(message[6]) << 8 | UInt16(message[7])
  }
}
