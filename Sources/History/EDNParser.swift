/// Reads an EDN history piece by piece: operation maps one after the other, or in one vector.
///
/// Where keys are independent, Jepsen writes every client's value as the tuple `[k v]`. A cas of a single register has
/// a vector too, `[old new]`, so the first operation that is no cas and has a value decides; what comes before it waits.
struct EDNParser {
  /// What a map has to say, before it is known whether keys are independent.
  private struct Raw {
    var event = CompactEvent()
    var value = ValueOrPair.value(.null)
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
    case .pair: return raw.event.kind == .invoke
    case .value(.null): return nil
    case .value: return false
    }
  }

  private func event(_ raw: Raw, symbols: inout Symbols) -> CompactEvent {
    var event = raw.event
    switch raw.value {
    case .pair(let key, let value) where isIndependent == true && event.process >= 0:
      event.key = symbols.key(key)
      event.value = value
    case .pair(let first, let second): event.value = symbols.token([first, second])
    case .value(let value): event.value = value
    }
    return event
  }

  // MARK: Maps

  private static func operation(_ reader: inout EDNReader, symbols: inout Symbols) throws(LineFailure) -> Raw {
    let start = reader.position
    try reader.skipTag()
    guard reader.take(0x7B) else { throw reader.failure("an operation map, `{:process …}`", at: start) }
    var raw = Raw()
    var seen: UInt16 = 0
    while true {
      guard try reader.skipSpace() else { throw reader.failure("`}`", at: start) }
      if reader.take(0x7D) { break }
      let place = reader.position
      let name = reader.keyword()
      let field = name.map { EventField($0) } ?? .other
      if name == nil { try reader.skipForm() }
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
        raw.event.kind = kind
      case .process: raw.event.process = try process(&reader, from: start)
      case .function:
        let name = try reader.name()
        guard let number = name.withUnsafeBufferPointer({ symbols.function($0) }) else {
          throw reader.failure("at most 255 different names of operations", at: start)
        }
        raw.event.function = number
        raw.isCas = name.starts(with: "cas".utf8) || name.starts(with: "compare".utf8)
      case .value: raw.value = try reader.formOrPair(&symbols)
      case .other: try reader.skipForm()
      default: try set(field, &reader, &raw.event, symbols: &symbols)
      }
    }
    if let missing = EventField.missing(from: seen) { throw reader.failure("the field :\(missing)", at: start) }
    return raw
  }

  private static func process(_ reader: inout EDNReader, from start: Int) throws(LineFailure) -> Int32 {
    var forgotten = Symbols()
    let process = try reader.form(&forgotten)
    if forgotten.keyword(process) == "nemesis" { return CompactEvent.nemesis }
    guard let number = forgotten.integer(process), let process = Int32(exactly: number), process >= 0 else {
      throw reader.failure("a process: a number from 0, or :nemesis", at: start)
    }
    return process
  }

  /// The fields that an operation need not have.
  private static func set(
    _ field: EventField, _ reader: inout EDNReader, _ event: inout CompactEvent, symbols: inout Symbols
  ) throws(LineFailure) {
    let start = reader.position
    if field == .time || field == .version || field == .key {
      let token = try reader.form(&symbols)
      guard !token.isNull else { return }
      if field == .key {
        event.key = symbols.key(token)
        return
      }
      guard let number = symbols.integer(token) else {
        throw reader.failure("an integer for \(field == .time ? "time in nanoseconds" : "version")", at: start)
      }
      if field == .time { event.timeNanoseconds = number } else { event.version = number }
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
