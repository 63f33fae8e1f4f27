/// Reads an EDN history piece by piece: operation maps one after the other, or in one vector.
///
/// Where keys are independent, Jepsen writes every client's value as the tuple `[k v]`. A cas of a single register has
/// a vector too, `[old new]`, so the first operation that is no cas and has a value decides; what comes before it waits.
struct EDNParser {
  /// What a map has to say, before it is known whether keys are independent.
  private struct Raw {
    var event = CompactEvent()
    var value = EDNReader.Form.null
    var isCas = false
  }

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

  private var hasBegun = false
  private var hasEvents = false
  /// `nil` until an operation has decided.
  private var isIndependent: Bool?
  private var waiting: [Raw] = []
  /// So many operations without a decision are those of one object.
  private static let waitingLimit = 1 << 16

  /// - Parameter isAtEnd: nothing follows these bytes.
  mutating func parse(
    _ bytes: UnsafeBufferPointer<UInt8>, isAtEnd: Bool, symbols: inout Symbols
  ) throws(Failure) -> Part {
    var part = Part()
    var reader = EDNReader(bytes)
    var formStart = 0
    do throws(LineFailure) {
      while try reader.skipSpace() {
        formStart = reader.position
        let isBracket =
          hasBegun ? reader.take(0x5D) || reader.take(0x29) : reader.take(0x5B) || reader.take(0x28)
        hasBegun = true
        if !isBracket { add(try Self.operation(&reader, symbols: &symbols), to: &part, symbols: &symbols) }
        part.consumed = reader.position
      }
    } catch {
      guard reader.position >= bytes.count else {
        throw Failure(cause: error, offset: max(formStart, reader.position))
      }
      // What the end of the piece cuts goes on in the next one.
      if isAtEnd {
        guard hasEvents else { throw Failure(cause: error, offset: formStart) }
        // Only the last operation is a truncation; a bracket that is missing before others is not.
        guard !Self.hasAnotherMap(bytes[formStart...]) else {
          throw Failure(cause: reader.failure("`}`", at: formStart), offset: formStart)
        }
        part.cutAt = formStart
      }
    }
    if isAtEnd { decide(false, &part, symbols: &symbols) }
    return part
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

  // MARK: Independent keys

  private mutating func add(_ raw: Raw, to part: inout Part, symbols: inout Symbols) {
    hasEvents = true
    if isIndependent == nil {
      waiting.append(raw)
      if let decision = Self.decision(raw) ?? (waiting.count >= Self.waitingLimit ? false : nil) {
        decide(decision, &part, symbols: &symbols)
      }
    } else {
      part.events.append(event(raw, symbols: &symbols))
    }
  }

  private mutating func decide(_ decision: Bool, _ part: inout Part, symbols: inout Symbols) {
    guard isIndependent == nil else { return }
    isIndependent = decision
    for raw in waiting { part.events.append(event(raw, symbols: &symbols)) }
    waiting = []
  }

  private static func decision(_ raw: Raw) -> Bool? {
    guard raw.event.process >= 0, !raw.isCas, raw.event.key < 0 else { return nil }
    switch raw.value {
    case .list(let pair): return pair.count == 2 && raw.event.kind == .invoke
    case .null, .map: return nil
    default: return false
    }
  }

  private func event(_ raw: Raw, symbols: inout Symbols) -> CompactEvent {
    var event = raw.event
    if isIndependent == true, event.process >= 0, case .list(let pair) = raw.value, pair.count == 2 {
      event.key = Symbols.withBytes(pair[0].description) { symbols.key($0) }
      event.value = Self.token(pair[1], symbols: &symbols)
    } else {
      event.value = Self.token(raw.value, symbols: &symbols)
    }
    return event
  }

  private static func token(_ form: EDNReader.Form, symbols: inout Symbols) -> Token {
    switch form {
    case .null, .map: return .null
    case .bool(let truth): return truth ? .yes : .no
    case .integer(let integer): return symbols.token(integer)
    case .string(let text), .keyword(let text), .text(let text):
      return Symbols.withBytes(text) { symbols.token($0) }
    case .list(let forms): return symbols.token(forms.map { token($0, symbols: &symbols) })
    }
  }

  // MARK: Maps

  private static func operation(_ reader: inout EDNReader, symbols: inout Symbols) throws(LineFailure) -> Raw {
    let start = reader.position
    try reader.skipTag()
    guard reader.take(0x7B) else { throw reader.failure("an operation map, `{:process …}`", at: start) }
    var raw = Raw()
    var seen: UInt8 = 0  // 1 type, 2 process, 4 f
    while true {
      guard try reader.skipSpace() else { throw reader.failure("`}`", at: start) }
      if reader.take(0x7D) { break }
      let name = reader.keyword()
      let field = name.map { EventField($0) } ?? .other
      if name == nil { _ = try reader.form() }
      if try reader.skipSpace(), reader.current == 0x7D {
        throw reader.failure("a value for every key of the map", at: start)
      }
      let value = try reader.form()
      switch field {
      case .type:
        guard case .keyword(let type) = value, let kind = Event.Kind(rawValue: type) else {
          throw reader.failure("a type: :invoke, :ok, :fail or :info", at: start)
        }
        raw.event.kind = kind
        seen |= 1
      case .process:
        switch value {
        case .integer(let number) where number >= 0 && number < Int32.max: raw.event.process = Int32(number)
        case .keyword, .string, .text: raw.event.process = CompactEvent.nemesis
        default: throw reader.failure("a process: a number from 0, or :nemesis", at: start)
        }
        seen |= 2
      case .function:
        let text = value.description
        guard let number = Symbols.withBytes(text, { symbols.function($0) }) else {
          throw reader.failure("at most 255 different names of operations", at: start)
        }
        raw.event.function = number
        raw.isCas = text.hasPrefix("cas") || text.hasPrefix("compare")
        seen |= 4
      case .value: raw.value = value
      case .other: break
      default: set(field, value, &raw.event, symbols: &symbols)
      }
    }
    guard seen == 7 else {
      let missing = seen & 1 == 0 ? "type" : seen & 2 == 0 ? "process" : "f"
      throw reader.failure("the field :\(missing)", at: start)
    }
    return raw
  }

  /// The fields that an operation need not have.
  private static func set(
    _ field: EventField, _ value: EDNReader.Form, _ event: inout CompactEvent, symbols: inout Symbols
  ) {
    guard value != .null else { return }
    switch (field, value) {
    case (.time, .integer(let nanoseconds)): event.timeNanoseconds = nanoseconds
    case (.version, .integer(let version)): event.version = version
    case (.key, _): event.key = Symbols.withBytes(value.description) { symbols.key($0) }
    case (.operation, _): event.operation = Symbols.withBytes(value.description) { symbols.text($0) }
    case (.error, _): event.error = Symbols.withBytes(value.description) { symbols.text($0) }
    case (.level, _):
      event.level = Symbols.withBytes(value.description) { symbols.level($0) } ?? CompactEvent.noLevel
    default: break
    }
  }
}
