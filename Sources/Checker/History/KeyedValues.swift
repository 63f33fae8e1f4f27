/// Whether a history's values are pairs of a key and a value.
public enum ValueKeys: String, Sendable, Hashable, CaseIterable {
  /// Every client's value is `[key value]`, as in Jepsen's tests of independent keys.
  case tuple
  /// Values are values, also those of two elements.
  case none
}

/// An event as a parser found it, before it is known what a value of two elements is.
struct ParsedEvent {
  var event: CompactEvent
  /// The elements of a value that is a list of two; `event.value` says nothing then.
  var pair: (first: Token, second: Token)?
}

/// Takes the keys out of the values of histories that have them there, as Jepsen's tests of independent keys do.
///
/// A pair is a key and a value only where the history says so: an invocation of a read is `[k nil]`, or, in what Jepsen
/// itself writes, every invocation is a pair that begins with a key. A cas is no evidence, since that of one register
/// is a pair of its own. What comes before the history has said so waits.
struct KeyedValues {
  private enum Role: UInt8 { case read, cas, other }

  /// `nil` until the history has decided.
  private(set) var areTuples: Bool?
  private var waiting: [ParsedEvent] = []
  private var sawPair = false
  /// Jepsen wrote it, so that invocations which are all pairs are enough.
  var isJepsens = true
  /// By the number of the function.
  private var roles: [Role] = []
  /// How many events are waited for.
  private static let waitingLimit = 4096

  init(_ keys: ValueKeys?) { areTuples = keys.map { $0 == .tuple } }

  /// Adds the event to a block, and what waited for it.
  @inline(__always)
  mutating func add(_ parsed: ParsedEvent, to block: inout [CompactEvent], symbols: inout Symbols)
    throws(LineFailure)
  {
    if areTuples == false, parsed.pair == nil {
      block.append(parsed.event)
    } else {
      try addRare(parsed, to: &block, symbols: &symbols)
    }
  }

  private mutating func addRare(
    _ parsed: ParsedEvent, to block: inout [CompactEvent], symbols: inout Symbols
  ) throws(LineFailure) {
    if areTuples == nil {
      areTuples = decision(parsed, symbols)
      if areTuples == nil {
        waiting.append(parsed)
        if waiting.count >= Self.waitingLimit { try finish(&block, symbols: &symbols) }
        return
      }
      try release(to: &block, symbols: &symbols)
    }
    block.append(try event(parsed, symbols: &symbols))
  }

  /// The end of the history: what has not said that it has keys has none, unless it is Jepsen's and all pairs.
  mutating func finish(_ block: inout [CompactEvent], symbols: inout Symbols) throws(LineFailure) {
    if areTuples == nil { areTuples = sawPair && isJepsens }
    try release(to: &block, symbols: &symbols)
  }

  private mutating func release(to block: inout [CompactEvent], symbols: inout Symbols) throws(LineFailure) {
    for parsed in waiting { block.append(try event(parsed, symbols: &symbols)) }
    waiting = []
  }

  private mutating func decision(_ parsed: ParsedEvent, _ symbols: borrowing Symbols) -> Bool? {
    let event = parsed.event
    guard event.process >= 0 else { return nil }
    guard event.key < 0 else { return false }
    let role = role(of: event.function, symbols)
    guard event.kind == .invoke else {
      return event.kind == .ok && parsed.pair == nil && !event.value.isNull ? false : nil
    }
    guard role != .cas else { return nil }
    guard let pair = parsed.pair, Self.canBeKey(pair.first) else { return false }
    if role == .read || pair.second.isNull { return true }
    sawPair = true
    return nil
  }

  private mutating func role(of function: UInt8, _ symbols: borrowing Symbols) -> Role {
    while roles.count <= Int(function) {
      let name = symbols.function(UInt8(roles.count))
      switch name {
      case "read", "get", "r", "dequeue", "pop", "poll", "receive": roles.append(.read)
      default: roles.append(name.hasPrefix("cas") || name.hasPrefix("compare") ? .cas : .other)
      }
    }
    return roles[Int(function)]
  }

  /// Whether a value is a name or a number: what is not, such as a micro-operation, is no key.
  private static func canBeKey(_ token: Token) -> Bool {
    switch token.rare {
    case .set, .map, .tagged: false
    default: !token.isNull && !token.isList
    }
  }

  private mutating func event(_ parsed: ParsedEvent, symbols: inout Symbols) throws(LineFailure) -> CompactEvent {
    var event = parsed.event
    if areTuples == true, event.process >= 0 {
      if let pair = parsed.pair {
        event.key = symbols.key(pair.first)
        event.value = pair.second
      } else if event.kind == .invoke || event.kind == .ok {
        // An answer may say nothing, unless it is that of a read; a question has to name its key.
        guard event.kind == .ok, event.value.isNull, role(of: event.function, symbols) != .read else {
          throw LineFailure(
            expected: "a value `[key value]` as the operations before have it (`--keys none` takes no value for that)",
            found: "\(event.kind.rawValue) \(symbols.function(event.function)) \(symbols.value(event.value))")
        }
      }
    } else if let pair = parsed.pair {
      event.value = symbols.token([pair.first, pair.second])
    }
    return event
  }
}
