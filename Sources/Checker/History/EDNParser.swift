/// Reads an EDN history piece by piece: operation maps one after the other, or in one vector.
struct EDNParser {
  /// Where the text stopped being EDN.
  struct Failure: Error {
    var cause: LineFailure
    var offset: Int
  }

  /// What came of a piece.
  struct Part {
    var events: [CompactEvent] = []
    /// Bytes that are done with; the rest is to be given again, with what follows it.
    var consumed = 0
    /// The offset of a last form that the end of the file cut short.
    var cutAt: Int?
  }

  private enum Frame {
    case unknown
    case bare
    case bracketed(close: UInt8)
    case closed
  }

  private var frame = Frame.unknown
  private var hasEvents = false
  private var calendarStart: Int64?

  /// - Parameter isAtEnd: nothing follows these bytes.
  mutating func parse(
    _ bytes: UnsafeBufferPointer<UInt8>, isAtEnd: Bool, keyed: inout KeyedValues, symbols: inout Symbols
  ) throws(Failure) -> Part {
    var part = Part()
    var reader = EDNReader(bytes)
    var formStart = 0
    do throws(LineFailure) {
      while true {
        reader.skipBlanks()
        part.consumed = reader.position
        guard try reader.skipSpace() else { break }
        formStart = reader.position
        if try !takeBracket(&reader) {
          let parsed = try operation(&reader, symbols: &symbols)
          hasEvents = true
          try keyed.add(parsed, to: &part.events, symbols: &symbols)
        }
        part.consumed = reader.position
      }
      if isAtEnd {
        if case .bracketed = frame { part.cutAt = bytes.count }
        try keyed.finish(&part.events, symbols: &symbols)
      }
    } catch {
      guard reader.position >= bytes.count else {
        throw Failure(cause: error, offset: max(formStart, reader.position))
      }
      // What the end of the piece cuts goes on in the next one.
      if isAtEnd {
        guard hasEvents, !Self.isComplete(bytes, at: formStart) else { throw Failure(cause: error, offset: formStart) }
        // Only the last operation is a truncation; a bracket that is missing before others is not.
        guard !Self.hasAnotherMap(bytes[formStart...]) else {
          throw Failure(cause: reader.failure("`}`", at: formStart), offset: formStart)
        }
        part.cutAt = formStart
        do throws(LineFailure) {
          try keyed.finish(&part.events, symbols: &symbols)
        } catch {
          throw Failure(cause: error, offset: formStart)
        }
      }
    }
    return part
  }

  /// Takes a bracket around the whole history, if one is next where it may be.
  private mutating func takeBracket(_ reader: inout EDNReader) throws(LineFailure) -> Bool {
    switch frame {
    case .unknown:
      if reader.take(0x5B) {
        frame = .bracketed(close: 0x5D)
      } else if reader.take(0x28) {
        frame = .bracketed(close: 0x29)
      } else {
        frame = .bare
        return false
      }
      return true
    case .bare: return false
    case .bracketed(let close):
      guard reader.take(close) else { return false }
      frame = .closed
      return true
    case .closed: throw reader.failure("nothing behind the bracket that ends the history")
    }
  }

  /// Whether a whole form begins there: then the end of the file is not what is wrong with it.
  private static func isComplete(_ bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> Bool {
    var reader = EDNReader(bytes, at: start)
    do throws(LineFailure) {
      try reader.skipForm()
      return true
    } catch {
      return false
    }
  }

  /// Whether a line after the first begins with a map.
  private static func hasAnotherMap(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    var rest = bytes
    while let newline = rest.firstIndex(of: 0x0A) {
      rest = rest[(newline + 1)...].drop { $0 == 0x20 || $0 == 0x09 }
      if rest.first == 0x7B { return true }
    }
    return false
  }

  // MARK: Maps

  private mutating func operation(
    _ reader: inout EDNReader, symbols: inout Symbols
  ) throws(LineFailure) -> ParsedEvent {
    let start = reader.position
    try reader.skipTag()
    guard reader.take(0x7B) else { throw reader.failure("an operation map, `{:process …}`", at: start) }
    var parsed = ParsedEvent(event: CompactEvent())
    var names: [String] = []
    var seen: UInt16 = 0
    while true {
      guard try reader.skipSpace() else { throw reader.failure("`}`", at: start) }
      if reader.take(0x7D) { break }
      let place = reader.position
      let name = reader.keyword()
      let field = name.map { EventField($0) } ?? .other
      if let name, field == .other {
        guard !EventField.isInCapitals(name) else { throw reader.failure(EventField.nameExpected, at: place) }
        names.append(String(decoding: name, as: UTF8.self))
      }
      if name == nil { try Self.skipName(&reader) }
      guard seen & field.bit == 0 else { throw reader.failure("each field once", at: place) }
      seen |= field.bit
      if try reader.skipSpace(), reader.current == 0x7D {
        throw reader.failure("a value for every key of the map", at: start)
      }
      switch field {
      case .type:
        guard let kind = Event.Kind(rawValue: String(decoding: try reader.name(), as: UTF8.self)) else {
          throw reader.failure("a type: :invoke, :ok, :fail or :info", at: start)
        }
        parsed.event.kind = kind
      case .process: parsed.event.process = try Self.process(&reader)
      case .function:
        let name = try reader.name()
        guard let number = name.withUnsafeBufferPointer({ symbols.function($0) }) else {
          throw reader.failure("at most 255 different names of operations", at: start)
        }
        parsed.event.function = number
      case .value:
        switch try reader.formOrPair(&symbols) {
        case .value(let token): parsed.event.value = token
        case .pair(let first, let second): parsed.pair = (first, second)
        }
      case .other: try reader.skipForm()
      default: try set(field, &reader, &parsed.event, symbols: &symbols)
      }
    }
    if let missing = EventField.missing(from: seen) {
      let isInterval = ForeignContent.isInterval(names)
      throw reader.failure(isInterval ? ForeignContent.intervals : "the field :\(missing)", at: start)
    }
    parsed.event.hasValue = seen & EventField.value.bit != 0
    return parsed
  }

  /// Steps over a key of the map that is no keyword. The name of a field is none of those: it would be left out without
  /// a word.
  private static func skipName(_ reader: inout EDNReader) throws(LineFailure) {
    let place = reader.position
    var forgotten = Symbols()
    let key = try reader.form(&forgotten)
    guard let name = forgotten.bytes(key) else { return }
    guard name.withUnsafeBufferPointer({ EventField($0) }) == .other else {
      throw reader.failure("a field's name as a keyword", at: place)
    }
  }

  private static func process(_ reader: inout EDNReader) throws(LineFailure) -> Int32 {
    let start = reader.position
    var forgotten = Symbols()
    let process = try reader.form(&forgotten)
    if forgotten.isNemesis(process) { return CompactEvent.nemesis }
    guard let number = forgotten.integer(process), let process = Int32(exactly: number), process >= 0 else {
      throw reader.failure(EventField.processExpected, at: start)
    }
    return process
  }

  /// The fields that an operation need not have.
  private mutating func set(
    _ field: EventField, _ reader: inout EDNReader, _ event: inout CompactEvent, symbols: inout Symbols
  ) throws(LineFailure) {
    let start = reader.position
    if field == .time || field == .version || field == .key {
      let token = try reader.form(&symbols)
      guard !token.isNull else { return }
      switch field {
      case .key: event.key = symbols.key(token)
      case .version:
        guard let version = symbols.integer(token), version != CompactEvent.noVersion else {
          throw reader.failure(EventField.versionExpected, at: start)
        }
        event.version = version
      default:
        guard let time = Timestamp.nanoseconds(token, symbols: symbols) else {
          throw reader.failure(Timestamp.expected, at: start)
        }
        event.timeNanoseconds = time
        guard symbols.integer(token) == nil, !token.isDecimal else { return }
        // Of the calendar: counted from the first.
        calendarStart = calendarStart ?? time
        event.timeNanoseconds = time.subtractingReportingOverflow(calendarStart ?? 0).partialValue
      }
      return
    }
    let name = try reader.name()
    guard !name.elementsEqual("nil".utf8) else { return }
    try name.withUnsafeBufferPointer { name throws(LineFailure) in
      switch field {
      case .operation: event.operation = symbols.text(name)
      case .error: event.error = symbols.text(name)
      default:
        guard let level = symbols.level(name) else { throw reader.failure("at most 255 different levels", at: start) }
        event.level = level
      }
    }
  }
}
