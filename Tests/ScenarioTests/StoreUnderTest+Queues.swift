import Foundation

extension StoreUnderTest {
  /// A queue as the management API tells it.
  struct Queue: Decodable {
    var name: String
    var type: String
    var members: [String]?
    var arguments: [String: Argument]

    enum Argument: Decodable, Equatable {
      case text(String)
      case number(Int)
      case boolean(Bool)

      var isPositive: Bool { if case .number(let number) = self { number > 0 } else { false } }

      init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let boolean = try? container.decode(Bool.self) {
          self = .boolean(boolean)
        } else if let number = try? container.decode(Int.self) {
          self = .number(number)
        } else {
          self = .text(try container.decode(String.self))
        }
      }
    }

    var isOfCommands: Bool { name.hasPrefix("kv.commands.") }

    /// What the promises need of the queues of the commands and of the dead letters, and this one has not; nothing of
    /// others.
    var lacks: [String] {
      guard isOfCommands || name == "kv.dead-letters" else { return [] }
      let needs = [
        ("quorum", type == "quorum"), ("no limit of deliveries", arguments["x-delivery-limit"] == .number(-1)),
        ("three replicas", members?.count == 3),
        ("a single active consumer", !isOfCommands || arguments["x-single-active-consumer"] == .boolean(true)),
        ("a bound of bytes", !isOfCommands || arguments["x-max-length-bytes"]?.isPositive == true),
        ("a bound of messages", !isOfCommands || arguments["x-max-length"]?.isPositive == true),
        ("refusal when it is full", !isOfCommands || arguments["x-overflow"] == .text("reject-publish")),
      ]
      return needs.filter { !$0.1 }.map { "\(name): \($0.0)" }
    }
  }

  func queues() async throws -> [Queue] {
    let answer = try await management("GET", "/api/queues/%2F?columns=name,type,members,arguments")
    return try Self.queues(answer.body)
  }

  static func queues(_ answer: [UInt8]) throws -> [Queue] {
    try JSONDecoder().decode([Queue].self, from: Data(answer))
  }
}
