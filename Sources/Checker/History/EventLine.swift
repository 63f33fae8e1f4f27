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
    if let other = event.otherKey {
      bytes.append(contentsOf: ",\"key\":".utf8)
      append(other)
    } else {
      append("key", event.key)
    }
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
    case .list(let values): append(values)
    default: appendRare(value)
    }
  }

  private mutating func append(_ values: [Value]) {
    bytes.append(0x5B)
    for (position, element) in values.enumerated() {
      if position > 0 { bytes.append(0x2C) }
      append(element)
    }
    bytes.append(0x5D)
  }

  /// What JSON has no notation for is written as the text that EDN has for it.
  private mutating func appendRare(_ value: Value) {
    switch value {
    case .number(let text) where Numeral(json: text.utf8) != nil: bytes.append(contentsOf: text.utf8)
    case .bytes(let loose): append(loose)
    case .set(let values): append(values.sorted { $0.description < $1.description })
    case .map(let entries):
      let named = entries.map { (name: Self.name($0.key), value: $0.value) }.sorted { $0.name < $1.name }
      bytes.append(0x7B)
      for (position, entry) in named.enumerated() {
        if position > 0 { bytes.append(0x2C) }
        append(entry.name)
        bytes.append(0x3A)
        append(entry.value)
      }
      bytes.append(0x7D)
    default: append(value.description)
    }
  }

  private static func name(_ key: Value) -> String {
    if case .string(let name) = key { return name }
    return key.description
  }

  /// A string that is no Unicode: lone surrogates as escapes, anything else as it is.
  private mutating func append(_ loose: [UInt8]) {
    bytes.append(0x22)
    var rest = loose[...]
    while let first = rest.first {
      if let surrogate = LooseText.surrogate(rest) {
        bytes.append(contentsOf: "\\u\(String(surrogate, radix: 16))".utf8)
        rest = rest.dropFirst(3)
      } else {
        append(character: first)
        rest = rest.dropFirst()
      }
    }
    bytes.append(0x22)
  }

  private mutating func append(_ string: String) {
    bytes.append(0x22)
    for byte in string.utf8 { append(character: byte) }
    bytes.append(0x22)
  }

  @inline(__always)
  private mutating func append(character byte: UInt8) {
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
}
