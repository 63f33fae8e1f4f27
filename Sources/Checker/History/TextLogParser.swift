/// Parses the lines in which Jepsen logs operations: process, type, function and value, with tabs or spaces between.
///
/// In a log they stand behind the name of the logger, as `INFO  jepsen.util - 3 :invoke :write 4` or
/// `… [jepsen worker 3] jepsen.util: 3 :invoke :write 4`, and whatever else the log holds is stepped over. In Jepsen's
/// `history.txt` nothing stands before them, and every line has to be one.
struct TextLogParser {
  /// Every line is an operation; `nil` until the first line has shown it.
  private var hasOnlyOperations: Bool?

  mutating func parse(
    _ start: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>, symbols: inout Symbols
  ) throws(LineFailure) -> ParsedEvent? {
    let line = UnsafeBufferPointer(start: start, count: end - start)
    let fields = line.split(maxSplits: 64) { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
    guard let first = fields.first else { return nil }
    if hasOnlyOperations == nil { hasOnlyOperations = Self.isOperation(fields[...]) }
    if hasOnlyOperations == true {
      guard fields.count > 1 else {
        throw LineFailure("an operation: process, type, function and value", at: at(first, start), end: end)
      }
      return try operation(fields[...], start, end, symbols: &symbols)
    }
    guard let mark = fields.firstIndex(where: Self.isLogger) else {
      guard !fields.indices.contains(where: { Self.isCompleteOperation(fields[$0...]) }) else {
        throw LineFailure("the logger jepsen.util or jepsen.print before an operation", at: start, end: end)
      }
      return nil
    }
    var rest = fields[(mark + 1)...]
    if rest.first?.elementsEqual("-".utf8) == true { rest = rest.dropFirst() }
    // Other words of the same logger are no operations; what has the type of one has to be one.
    guard Self.isOperation(rest) || rest.dropFirst().first.map(Self.isType) == true else { return nil }
    return try operation(rest, start, end, symbols: &symbols)
  }

  private typealias Field = Slice<UnsafeBufferPointer<UInt8>>

  /// The loggers that operations come from: `jepsen.util`, and since 0.3.10 `jepsen.print`.
  private static func isLogger(_ field: Field) -> Bool {
    let name = field.last == 0x3A ? field.dropLast() : field
    return name.elementsEqual("jepsen.util".utf8) || name.elementsEqual("jepsen.print".utf8)
  }

  private static func isType(_ field: Field) -> Bool { type(field) != nil }

  private static func type(_ field: Field) -> Event.Kind? {
    field.first == 0x3A ? Event.Kind(rawValue: String(decoding: field.dropFirst(), as: UTF8.self)) : nil
  }

  /// Whether a process is followed by a type and by a function: no other words of a log look like that.
  private static func isCompleteOperation(_ fields: ArraySlice<Field>) -> Bool {
    guard let type = fields.dropFirst().first, isType(type), isOperation(fields) else { return false }
    return fields.dropFirst(2).first?.first == 0x3A
  }

  /// Whether a process, as Jepsen names them, is followed by a keyword.
  private static func isOperation(_ fields: ArraySlice<Field>) -> Bool {
    guard let process = fields.first, let type = fields.dropFirst().first, type.first == 0x3A else { return false }
    return process.elementsEqual(":nemesis".utf8) || process.allSatisfy { $0 &- 0x30 < 10 }
  }

  private mutating func operation(
    _ fields: ArraySlice<Field>, _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, symbols: inout Symbols
  ) throws(LineFailure) -> ParsedEvent? {
    var rest = fields
    guard let process = rest.popFirst(), let type = rest.popFirst() else { return nil }
    var event = CompactEvent()
    if process.elementsEqual(":nemesis".utf8) {
      event.process = CompactEvent.nemesis
    } else if let number = Int32(String(decoding: process, as: UTF8.self)), number >= 0 {
      event.process = number
    } else {
      throw LineFailure(EventField.processExpected, at: at(process, start), end: end)
    }
    guard let kind = Self.type(type) else {
      throw LineFailure("a type: :invoke, :ok, :fail or :info", at: at(type, start), end: end)
    }
    event.kind = kind
    guard let name = rest.popFirst() else {
      throw LineFailure("the operation's name as a keyword", at: end, end: end)
    }
    // A nemesis may be told what to do by any value.
    guard name.first == 0x3A || event.process == CompactEvent.nemesis else {
      throw LineFailure("the operation's name as a keyword", at: at(name, start), end: end)
    }
    let bare = UnsafeBufferPointer(rebasing: name.first == 0x3A ? name.dropFirst() : name)
    guard let function = symbols.function(bare) else {
      throw LineFailure("at most 255 different names of operations", at: at(name, start), end: end)
    }
    event.function = function
    guard let value = rest.first else {
      guard event.process == CompactEvent.nemesis || kind == .info || kind == .fail else {
        throw LineFailure("a value behind the operation's name", at: end, end: end)
      }
      return ParsedEvent(event: event)
    }
    guard event.process != CompactEvent.nemesis else {
      // Whatever a nemesis says; where it is no EDN it is not needed.
      var reader = EDNReader(UnsafeBufferPointer(start: at(value, start), count: end - at(value, start)))
      if let form = try? reader.form(&symbols) { event.value = form }
      return ParsedEvent(event: event)
    }
    return try finish(event, at(value, start), end, symbols: &symbols)
  }

  /// What follows the name is one EDN value, then perhaps an error. After info the value is often the reason:
  /// `:timed-out`.
  private func finish(
    _ event: CompactEvent, _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, symbols: inout Symbols
  ) throws(LineFailure) -> ParsedEvent {
    var parsed = ParsedEvent(event: event)
    parsed.event.hasValue = true
    let bytes = UnsafeBufferPointer(start: start, count: end - start)
    var reader = EDNReader(bytes)
    switch try reader.formOrPair(&symbols) {
    case .value(let token):
      if event.kind == .info, let reason = symbols.keyword(token) {
        parsed.event.error = Symbols.withBytes(reason) { symbols.text($0) }
      } else {
        parsed.event.value = token
      }
    case .pair(let first, let second): parsed.pair = (first, second)
    }
    let error = bytes[reader.position...].drop { $0 <= 0x20 }
    guard !error.isEmpty else { return parsed }
    // Behind a tab stands an error, which may be any text; anything else would be a second value.
    guard bytes[reader.position] == 0x09 || event.kind == .info || event.kind == .fail else {
      throw LineFailure("one value", at: start + error.startIndex, end: end)
    }
    parsed.event.error = symbols.text(UnsafeBufferPointer(rebasing: error))
    return parsed
  }

  private func at(_ field: Field, _ start: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> { start + field.startIndex }
}
