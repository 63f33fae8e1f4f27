/// Writes an event as a line of JSON, with the fields in the order of the format's description.
package struct EventLine {
  package private(set) var bytes: [UInt8] = []

  package init() {}

  /// Appends the event and a newline.
  package mutating func append(_ event: Event) {
    bytes.append(contentsOf: "{\"index\":".utf8)
    append(Int64(event.index))
    bytes.append(contentsOf: ",\"time\":".utf8)
    append(event.timeNanoseconds)
    bytes.append(contentsOf: ",\"process\":".utf8)
    switch event.process {
    case .client(let number): append(Int64(number))
    case .nemesis: append("nemesis")
    }
    bytes.append(contentsOf: ",\"type\":".utf8)
    append(event.kind.rawValue)
    bytes.append(contentsOf: ",\"f\":".utf8)
    append(event.function)
    append("key", event.key)
    // A completed read of an absent key has to say `null`; elsewhere null says nothing.
    if event.value != .null || (event.process != .nemesis && event.kind == .ok) {
      bytes.append(contentsOf: ",\"value\":".utf8)
      append(event.value)
    }
    if let version = event.version {
      bytes.append(contentsOf: ",\"version\":".utf8)
      append(version)
    }
    append("operation", event.operation)
    append("error", event.error)
    append("level", event.level)
    bytes.append(0x7D)
    bytes.append(0x0A)
  }

  package mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

  private mutating func append(_ name: String, _ text: String?) {
    guard let text else { return }
    bytes.append(0x2C)
    append(name)
    bytes.append(0x3A)
    append(text)
  }

  private mutating func append(_ integer: Int64) { bytes.append(contentsOf: String(integer).utf8) }

  private mutating func append(_ value: Value) {
    switch value {
    case .null: bytes.append(contentsOf: "null".utf8)
    case .bool(let truth): bytes.append(contentsOf: (truth ? "true" : "false").utf8)
    case .integer(let integer): append(integer)
    case .string(let string): append(string)
    case .list(let values):
      bytes.append(0x5B)
      for (position, element) in values.enumerated() {
        if position > 0 { bytes.append(0x2C) }
        append(element)
      }
      bytes.append(0x5D)
    }
  }

  private mutating func append(_ string: String) {
    bytes.append(0x22)
    for byte in string.utf8 {
      switch byte {
      case 0x22, 0x5C:
        bytes.append(0x5C)
        bytes.append(byte)
      case 0x0A: bytes.append(contentsOf: "\\n".utf8)
      case 0x0D: bytes.append(contentsOf: "\\r".utf8)
      case 0x09: bytes.append(contentsOf: "\\t".utf8)
      case 0..<0x20:
        let digits = Array("0123456789abcdef".utf8)
        bytes.append(contentsOf: "\\u00".utf8)
        bytes.append(digits[Int(byte >> 4)])
        bytes.append(digits[Int(byte & 15)])
      default: bytes.append(byte)
      }
    }
    bytes.append(0x22)
  }
}
