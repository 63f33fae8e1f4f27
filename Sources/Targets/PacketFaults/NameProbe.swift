import Glibc

/// Questions to a name server; any answer counts, "no such name" too: what is measured is whether it answers.
public struct NameProbe {
  public struct Result: Sendable, Hashable, CustomStringConvertible {
    public var asked = 0
    public var answered = 0

    public var description: String { "asked=\(asked) answered=\(answered)" }
  }

  public var count: Int
  public var timeoutMicroseconds: UInt64

  public init(count: Int, timeoutMicroseconds: UInt64) {
    self.count = count
    self.timeoutMicroseconds = timeoutMicroseconds
  }

  public func run(_ name: String, server: String) throws(PacketFaultError) -> Result {
    let target = try InternetAddress(server, port: 53)
    var result = Result()
    for id in 0..<UInt16(count) {
      let socket = try DatagramSocket()
      result.asked += 1
      guard let question = NameQuestion(name: name, id: id + 1) else {
        throw PacketFaultError("\(name) is not a valid name", 0)
      }
      socket.send(question.bytes, to: target)
      let end = MonotonicClock.microseconds() + timeoutMicroseconds
      while MonotonicClock.microseconds() < end {
        if let answer = socket.receive(), question.isAnswered(by: answer) {
          result.answered += 1
          break
        }
        let now = MonotonicClock.microseconds()
        if now < end { socket.wait(microseconds: end - now) }
      }
    }
    return result
  }

  /// The first name server of a resolver's configuration (`/etc/resolv.conf`).
  public static func server(in configuration: String) -> String? {
    for line in configuration.split(whereSeparator: \.isNewline) {
      let words = line.split(whereSeparator: \.isWhitespace)
      if words.count >= 2, words[0] == "nameserver" { return String(words[1]) }
    }
    return nil
  }
}

/// A question for the IPv4 addresses of a name (RFC 1035).
struct NameQuestion: Sendable, Hashable {
  let id: UInt16
  let bytes: [UInt8]

  /// `nil` for what is not a name: labels of 1 to 63 bytes.
  init?(name: String, id: UInt16) {
    let labels = name.split(separator: ".", omittingEmptySubsequences: false).map { Array($0.utf8) }
    guard labels.allSatisfy({ (1...63).contains($0.count) }) else { return nil }
    self.id = id
    // The flags ask for recursion; one question; type A, class IN.
    var bytes: [UInt8] = [UInt8(id >> 8), UInt8(id & 0xFF), 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
    for label in labels { bytes += [UInt8(label.count)] + label }
    self.bytes = bytes + [0, 0, 1, 0, 1]
  }

  func isAnswered(by message: [UInt8]) -> Bool {
    message.count >= 12 && message[0] == bytes[0] && message[1] == bytes[1] && message[2] & 0x80 != 0
  }
}
