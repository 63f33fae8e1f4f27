import CRabbitMQ

/// An argument of a queue declaration or a subscription.
public struct AMQPArgument: Sendable, Hashable {
  /// The types in use here.
  public enum Value: Sendable, Hashable {
    case text(String)
    case integer(Int64)
    case boolean(Bool)
  }

  public let name: String
  public let value: Value

  public init(_ name: String, _ value: Value) {
    self.name = name
    self.value = value
  }

  func pack(into arena: inout ByteArena) -> (((Range<Int>) -> amqp_bytes_t) -> amqp_table_entry_t) {
    let key = arena.add(name)
    switch value {
    case .text(let text):
      let range = arena.add(text)
      return { bytes in kv_amqp_text_entry(bytes(key), bytes(range)) }
    case .integer(let number): return { bytes in kv_amqp_integer_entry(bytes(key), number) }
    case .boolean(let flag): return { bytes in kv_amqp_boolean_entry(bytes(key), flag ? 1 : 0) }
    }
  }
}
