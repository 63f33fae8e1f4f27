import AMQPClient
import Endpoints
import Glibc
import Synchronization
import TestSupport

/// A broker on 127.0.0.1 of which the test decides what it says to each message. It speaks as much of AMQP 0-9-1 as a
/// publishing connection needs, and one that asks for queues and deletes them.
final class ScriptedBroker: Sendable {
  enum Answer: Sendable {
    case confirm
    case refuse
    case silence
  }

  /// A message that came.
  struct Published: Sendable, Hashable {
    /// The connection's role, as its name says.
    var role: String
    var queue: String
  }

  /// What is in a queue, and how many wait at it.
  struct Queue: Sendable, Hashable {
    var messages = 0
    var consumers = 0
  }

  private let server: LocalServer
  private let log: Log

  /// What the threads of the connections write, and the test reads.
  private final class Log: Sendable {
    let published = Mutex<[Published]>([])
    let connections = Mutex<[String: Int]>([:])
    let closings = Mutex(0)
    let queues: Mutex<[String: Queue]>

    init(_ queues: [String: Queue]) { self.queues = Mutex(queues) }
  }

  /// The queues that there are.
  var queues: [String: Queue] { log.queues.withLock { $0 } }

  var published: [Published] { log.published.withLock { $0 } }
  /// How many connections were ended as the protocol wants it.
  var closings: Int { log.closings.withLock { $0 } }
  var port: Int { server.port }

  /// How many connections of a role have come.
  func connections(_ role: String) -> Int { log.connections.withLock { $0[role] ?? 0 } }

  /// - Parameter answer: to a message; `number` is that of its connection among those of its role, from 1.
  init(
    queues: [String: Queue] = [:], answer: @escaping @Sendable (_ message: Published, _ number: Int) -> Answer
  ) {
    let log = Log(queues)
    self.log = log
    server = LocalServer { descriptor, _ in Session(descriptor: descriptor, log: log).serve(answer) }
  }

  func options(role: String = "test") -> AMQPOptions {
    AMQPOptions(
      hosts: [HostPort(host: "127.0.0.1", port: port)], user: "u", password: "", connectionName: "host/\(role)")
  }

  private struct Session {
    let descriptor: Int32
    let log: Log

    func serve(_ answer: (Published, Int) -> Answer) {
      guard read(8) != nil else { return }
      // Version 0-9, no properties.
      send(method: (10, 10), [0, 9, 0, 0, 0, 0] + long("PLAIN") + long("en_US"))
      var role = ""
      var number = 0
      var tag: UInt64 = 0
      var queue = ""
      while let head = read(7), let body = read(Int(value(head[3...]))), read(1) != nil {
        let channel = Array(head[1...2])
        switch head[0] {
        case 1:
          let (kind, arguments) = ((value(body[..<2]), value(body[2..<4])), Array(body.dropFirst(4)))
          switch kind {
          case (10, 11):
            role = Self.role(arguments)
            number = log.connections.withLock { all in
              all[role, default: 0] += 1
              return all[role] ?? 0
            }
            // 2,047 channels, frames of 128 KiB, no heartbeats.
            send(method: (10, 30), [7, 255, 0, 2, 0, 0, 0, 0])
          case (10, 40): send(method: (10, 41), [0])
          case (10, 50):
            log.closings.withLock { $0 += 1 }
            send(method: (10, 51), [])
            return
          case (20, 10): send(method: (20, 11), [0, 0, 0, 0], channel)
          case (85, 10): send(method: (85, 11), [], channel)
          case (50, 10), (50, 40):
            // A reserved number, and the queue's name.
            let name = Self.shortText(arguments.dropFirst(2))
            guard let found = log.queues.withLock({ $0[name] }) else {
              send(method: (20, 40), [1, 0x94] + short("NOT_FOUND - no queue") + [0, 50, 0, 10], channel)
              break
            }
            if kind == (50, 10) {
              send(method: (50, 11), short(name) + self.number(found.messages) + self.number(found.consumers), channel)
            } else {
              log.queues.withLock { $0[name] = nil }
              send(method: (50, 41), self.number(found.messages), channel)
            }
          case (60, 40):
            // A reserved number, the exchange, which has no name, and the queue's.
            queue = Self.shortText(arguments.dropFirst(3))
          default: break
          }
        case 3:
          tag += 1
          let message = Published(role: role, queue: queue)
          log.published.withLock { $0.append(message) }
          let number64 = (0..<8).map { UInt8(truncatingIfNeeded: tag >> (56 - 8 * $0)) }
          switch answer(message, number) {
          case .confirm: send(method: (60, 80), number64 + [0], channel)
          case .refuse: send(method: (60, 120), number64 + [0], channel)
          case .silence: break
          }
        case 8: send(frame: 8, [0, 0], [])
        default: break
        }
      }
    }

    /// `publisher` of the name `host/publisher` among the client's properties.
    private static func role(_ properties: [UInt8]) -> String {
      let text = String(decoding: properties.map { (0x20..<0x7F).contains($0) ? $0 : 0x0A }, as: UTF8.self)
      return text.firstMatch(of: /connection_name\n*S\n*.?host\/([a-z-]+)/).map { String($0.1) } ?? ""
    }

    private func value(_ bytes: some Sequence<UInt8>) -> UInt64 { bytes.prefix(4).reduce(0) { $0 << 8 | UInt64($1) } }

    private func number(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }

    private func short(_ text: String) -> [UInt8] { [UInt8(text.utf8.count)] + Array(text.utf8) }

    private static func shortText(_ bytes: ArraySlice<UInt8>) -> String {
      String(decoding: bytes.dropFirst().prefix(Int(bytes.first ?? 0)), as: UTF8.self)
    }

    private func long(_ text: String) -> [UInt8] { number(text.utf8.count) + Array(text.utf8) }

    private func send(method: (UInt8, UInt8), _ arguments: [UInt8], _ channel: [UInt8] = [0, 0]) {
      send(frame: 1, channel, [0, method.0, 0, method.1] + arguments)
    }

    private func send(frame: UInt8, _ channel: [UInt8], _ payload: [UInt8]) {
      let bytes = [frame] + channel + number(payload.count) + payload + [0xCE]
      _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    private func read(_ count: Int) -> [UInt8]? { LocalServer.read(count, from: descriptor) }
  }
}
