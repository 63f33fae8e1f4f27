/// What an event says, by the name that JSON Lines and EDN have for it.
enum EventField {
  case type, process, function, key, value, time, version, operation, error, level, other

  @inline(__always)
  init(_ name: UnsafeBufferPointer<UInt8>) {
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
