/// An operation of Jepsen's binary store as an event.
enum StoredOperation {
  /// - Parameter keys: whether values are pairs of a key and a value, where that was chosen.
  static func event(
    _ element: FressianReader.Element, keys: ValueKeys?, symbols: inout Symbols
  ) throws(LineFailure) -> ParsedEvent {
    var parsed = ParsedEvent(event: CompactEvent())
    switch element {
    case .operation(let fields, let isEntry):
      guard let time = symbols.integer(fields[1]) else { throw failure("a time in nanoseconds", fields[1], symbols) }
      parsed.event.timeNanoseconds = time
      try set(&parsed, type: fields[2], process: fields[3], function: fields[4], &symbols)
      try set(&parsed, value: fields[5], isKeyed: isEntry && keys == nil, &symbols)
      parsed.event.hasValue = true
      for entry in symbols.entries(fields[6]) ?? [] {
        guard let name = symbols.keyword(entry.key) else { continue }
        try set(&parsed.event, field(name), entry.value, &symbols)
      }
    case .value(let map):
      guard let entries = symbols.entries(map) else { throw failure("an operation", map, symbols) }
      var known: [EventField: Token] = [:]
      for entry in entries {
        if let name = symbols.keyword(entry.key) { known[field(name)] = entry.value }
      }
      for (field, name) in [(EventField.type, "type"), (.process, "process"), (.function, "f")]
      where known[field] == nil {
        throw failure("the field :\(name)", map, symbols)
      }
      try set(
        &parsed, type: known[.type] ?? .null, process: known[.process] ?? .null, function: known[.function] ?? .null,
        &symbols)
      try set(&parsed, value: known[.value] ?? .null, isKeyed: false, &symbols)
      parsed.event.hasValue = known[.value] != nil
      for (field, token) in known { try set(&parsed.event, field, token, &symbols) }
    }
    return parsed
  }

  private static func set(
    _ parsed: inout ParsedEvent, type: Token, process: Token, function: Token, _ symbols: inout Symbols
  ) throws(LineFailure) {
    guard let kind = symbols.keyword(type).flatMap({ Event.Kind(rawValue: $0) }) else {
      throw failure("a type: :invoke, :ok, :fail or :info", type, symbols)
    }
    parsed.event.kind = kind
    if symbols.isNemesis(process) {
      parsed.event.process = CompactEvent.nemesis
    } else if let number = symbols.integer(process).flatMap({ Int32(exactly: $0) }), number >= 0 {
      parsed.event.process = number
    } else {
      throw failure(EventField.processExpected, process, symbols)
    }
    guard let number = Symbols.withBytes(text(function, symbols), { symbols.function($0) }) else {
      throw failure("at most 255 different names of operations", function, symbols)
    }
    parsed.event.function = number
  }

  private static func set(
    _ parsed: inout ParsedEvent, value: Token, isKeyed: Bool, _ symbols: inout Symbols
  ) throws(LineFailure) {
    guard let pair = symbols.list(value), pair.count == 2, parsed.event.process >= 0 else {
      parsed.event.value = value
      return
    }
    if isKeyed {
      parsed.event.key = symbols.key(pair[0])
      parsed.event.value = pair[1]
    } else {
      parsed.pair = (pair[0], pair[1])
    }
  }

  /// The fields that an operation need not have.
  private static func set(
    _ event: inout CompactEvent, _ field: EventField, _ token: Token, _ symbols: inout Symbols
  ) throws(LineFailure) {
    guard !token.isNull else { return }
    switch field {
    case .time:
      guard let time = Timestamp.nanoseconds(token, symbols: symbols) else {
        throw failure(Timestamp.expected, token, symbols)
      }
      event.timeNanoseconds = time
    case .version:
      guard let version = symbols.integer(token), version != CompactEvent.noVersion else {
        throw failure(EventField.versionExpected, token, symbols)
      }
      event.version = version
    case .key: event.key = symbols.key(token)
    case .operation: event.operation = Symbols.withBytes(text(token, symbols)) { symbols.text($0) }
    case .error: event.error = Symbols.withBytes(text(token, symbols)) { symbols.text($0) }
    case .level:
      guard let level = Symbols.withBytes(text(token, symbols), { symbols.level($0) }) else {
        throw failure("at most 255 different levels", token, symbols)
      }
      event.level = level
    case .type, .process, .function, .value, .other: break
    }
  }

  private static func field(_ name: String) -> EventField { Symbols.withBytes(name) { EventField($0) } }

  /// The name of a keyword, the text of a string, or any other value as people write it.
  private static func text(_ token: Token, _ symbols: borrowing Symbols) -> String {
    switch symbols.value(token) {
    case .string(let text), .keyword(let text), .symbol(let text): text
    case let value: value.description
    }
  }

  private static func failure(_ expected: String, _ token: Token, _ symbols: borrowing Symbols) -> LineFailure {
    LineFailure(expected: expected, found: String(symbols.value(token).description.prefix(60)))
  }
}
