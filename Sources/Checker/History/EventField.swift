/// What an event says, by the name that JSON Lines and EDN have for it.
enum EventField: UInt16 {
  case type, process, function, key, value, time, version, operation, error, level, other

  /// What a process may be, in Jepsen's notation. Any other name is refused: it may be a client's.
  static let processExpected =
    "a process: a number from 0 for each client, or :nemesis for the fault injector"

  /// The lowest integer of 64 bits stands for "no version" in a `CompactEvent`.
  static let versionExpected = "an integer for version, above \(CompactEvent.noVersion)"

  /// The bit of a field in a set of those seen; what has no meaning may come more than once.
  @inline(__always)
  var bit: UInt16 { self == .other ? 0 : 1 &<< rawValue }

  /// The name of a field that every event needs and that was not seen.
  static func missing(from seen: UInt16) -> String? {
    if seen & EventField.type.bit == 0 { return "type" }
    if seen & EventField.process.bit == 0 { return "process" }
    return seen & EventField.function.bit == 0 ? "f" : nil
  }

  static let nameExpected = "a field's name in small letters"

  /// Whether it names a field but for capitals: taken for another one, it would be left out without a word.
  @inline(__always)
  static func isInCapitals(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let first = name.first, (0x41...0x5A).contains(first) else { return false }
    return name.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }.withUnsafeBufferPointer { EventField($0) } != .other
  }

  @inline(__always)
  init(_ name: UnsafeBufferPointer<UInt8>) {
    // Inlined, the length is a constant and the comparison a few instructions.
    @inline(__always)
    func matches(_ text: StaticString) -> Bool {
      for position in 0..<name.count where name[position] != text.utf8Start[position] { return false }
      return true
    }
    switch name.count {
    case 1: self = name[0] == 0x66 ? .function : .other
    case 3: self = matches("key") ? .key : .other
    case 4: self = matches("type") ? .type : matches("time") ? .time : .other
    case 5: self = matches("value") ? .value : matches("error") ? .error : matches("level") ? .level : .other
    case 7: self = matches("process") ? .process : matches("version") ? .version : .other
    case 9: self = matches("operation") ? .operation : .other
    default: self = .other
    }
  }
}
