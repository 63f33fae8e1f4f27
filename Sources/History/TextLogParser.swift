/// Parses the lines that Jepsen logs: `INFO  jepsen.util - 3 :invoke :write 4`, tabs or spaces between.
///
/// Whatever a log holds besides, such as the messages of a client or a database, is stepped over: only lines that name
/// `jepsen.util` and a type are events, and those must be right.
struct TextLogParser {
  mutating func parse(
    _ start: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>, symbols: inout Symbols
  ) throws(LineFailure) -> CompactEvent? {
    let line = UnsafeBufferPointer(start: start, count: end - start)
    let fields = line.split(maxSplits: 64) { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
    guard let mark = fields.firstIndex(where: { $0.elementsEqual("jepsen.util".utf8) }) else { return nil }
    var rest = fields[(mark + 1)...]
    if rest.first?.elementsEqual("-".utf8) == true { rest = rest.dropFirst() }
    guard let process = rest.popFirst(), let type = rest.first, type.first == 0x3A else { return nil }
    rest = rest.dropFirst()

    var event = CompactEvent()
    if process.elementsEqual(":nemesis".utf8) {
      event.process = CompactEvent.nemesis
    } else if let number = Int32(String(decoding: process, as: UTF8.self)), number >= 0 {
      event.process = number
    } else {
      throw LineFailure("a process: a number from 0, or :nemesis", at: at(process, start), end: end)
    }
    guard let kind = Event.Kind(rawValue: String(decoding: type.dropFirst(), as: UTF8.self)) else {
      throw LineFailure("a type: :invoke, :ok, :fail or :info", at: at(type, start), end: end)
    }
    event.kind = kind
    guard let name = rest.popFirst(), name.first == 0x3A else {
      throw LineFailure("the operation's name as a keyword", at: rest.first.map { at($0, start) } ?? end, end: end)
    }
    guard let function = symbols.function(UnsafeBufferPointer(rebasing: name.dropFirst())) else {
      throw LineFailure("at most 255 different names of operations", at: at(name, start), end: end)
    }
    event.function = function
    // What follows is one EDN value, then perhaps an error. After info the value is often the reason: `:timed-out`.
    guard let value = rest.first else { return event }
    var reader = EDNReader(UnsafeBufferPointer(start: at(value, start), count: end - at(value, start)))
    let form = try reader.form(&symbols)
    if kind == .info, let reason = symbols.keyword(form) {
      event.error = Symbols.withBytes(reason) { symbols.text($0) }
    } else if event.process != CompactEvent.nemesis {
      event.value = form
    }
    return event
  }

  private func at(_ field: Slice<UnsafeBufferPointer<UInt8>>, _ start: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
    start + field.startIndex
  }
}
