/// Reads a whole EDN history: operation maps one after the other, or in one vector.
///
/// Where keys are independent, Jepsen writes every client's value as the tuple `[k v]`. A cas of a single register has
/// a vector too, `[old new]`, so the first operation that is no cas and has a value decides.
struct EDNParser {
  /// What a map has to say, before it is known whether keys are independent.
  private struct Raw {
    var event: CompactEvent
    var value: EDNReader.Form
    var isCas: Bool
  }

  /// Where the text stopped being EDN.
  struct Failure: Error {
    var cause: LineFailure
    var offset: Int
    var lastFormStart: Int
  }

  /// - Returns: the events, and the offset of a last form that was cut short.
  static func parse(
    _ bytes: UnsafeBufferPointer<UInt8>, symbols: inout Symbols
  ) throws(Failure) -> (events: [CompactEvent], cutAt: Int?) {
    var reader = EDNReader(bytes)
    var raws: [Raw] = []
    var formStart = 0
    var cutAt: Int?
    do throws(LineFailure) {
      if try reader.skipSpace(), reader.take(0x5B) || reader.take(0x28) {}
      while try reader.skipSpace() {
        formStart = reader.position
        if reader.take(0x5D) || reader.take(0x29) { continue }
        guard let base = bytes.baseAddress else { break }
        let form = try reader.form()
        raws.append(try raw(form, at: base + formStart, end: base + bytes.count, symbols: &symbols))
      }
    } catch {
      // Only a form that the end of the file cuts is a truncation.
      guard reader.position >= bytes.count, !raws.isEmpty else {
        throw Failure(cause: error, offset: max(formStart, min(reader.position, bytes.count)), lastFormStart: formStart)
      }
      cutAt = formStart
    }
    let isIndependent = independent(raws)
    var events: [CompactEvent] = []
    events.reserveCapacity(raws.count)
    for raw in raws {
      var event = raw.event
      var value = raw.value
      if isIndependent, event.process >= 0, case .list(let pair) = value, pair.count == 2 {
        event.key = Symbols.withBytes(pair[0].description) { symbols.key($0) }
        value = pair[1]
      }
      event.value = token(value, symbols: &symbols)
      events.append(event)
    }
    return (events, cutAt)
  }

  private static func independent(_ raws: [Raw]) -> Bool {
    for raw in raws where raw.event.process >= 0 && !raw.isCas && raw.event.key < 0 {
      switch raw.value {
      case .list(let pair): return pair.count == 2 && (raw.event.kind == .invoke)
      case .null, .map: continue
      default: return false
      }
    }
    return false
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

  private static func raw(
    _ form: EDNReader.Form, at start: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>, symbols: inout Symbols
  ) throws(LineFailure) -> Raw {
    guard case .map(let entries) = form else {
      throw LineFailure("an operation map, `{:process …}`", at: start, end: end)
    }
    var raw = Raw(event: CompactEvent(), value: .null, isCas: false)
    var seen: Set<String> = []
    for index in stride(from: 0, to: entries.count, by: 2) {
      guard case .keyword(let name) = entries[index] else { continue }
      seen.insert(name)
      let value = entries[index + 1]
      switch name {
      case "type":
        guard case .keyword(let type) = value, let kind = Event.Kind(rawValue: type) else {
          throw LineFailure("a type: :invoke, :ok, :fail or :info", at: start, end: end)
        }
        raw.event.kind = kind
      case "process":
        switch value {
        case .integer(let number) where number >= 0 && number < Int32.max: raw.event.process = Int32(number)
        case .keyword, .string, .text: raw.event.process = CompactEvent.nemesis
        default: throw LineFailure("a process: a number from 0, or :nemesis", at: start, end: end)
        }
      case "f":
        guard let number = Symbols.withBytes(value.description, { symbols.function($0) }) else {
          throw LineFailure("at most 255 different names of operations", at: start, end: end)
        }
        raw.event.function = number
        raw.isCas = value.description.hasPrefix("cas") || value.description.hasPrefix("compare")
      case "key" where value != .null: raw.event.key = Symbols.withBytes(value.description) { symbols.key($0) }
      case "value": raw.value = value
      case "time":
        if case .integer(let nanoseconds) = value { raw.event.timeNanoseconds = nanoseconds }
      case "version":
        if case .integer(let version) = value { raw.event.version = version }
      case "operation" where value != .null:
        raw.event.operation = Symbols.withBytes(value.description) { symbols.text($0) }
      case "error" where value != .null:
        raw.event.error = Symbols.withBytes(value.description) { symbols.text($0) }
      case "level" where value != .null:
        raw.event.level = Symbols.withBytes(value.description) { symbols.level($0) } ?? CompactEvent.noLevel
      default: break
      }
    }
    for field in ["type", "process", "f"] where !seen.contains(field) {
      throw LineFailure("the field :\(field)", at: start, end: end)
    }
    return raw
  }
}
