import History

/// What the answer of an operation that changes the object says besides "done".
enum Answer: Sendable, Hashable {
  /// Nothing, or what was asked for, once more.
  case nothing
  /// What was there before: the previous value, the string before an append.
  case before(Token)
  /// Something that the checker does not understand.
  case foreign
}

/// Reads the answers of one key's operations.
///
/// A store may answer a put with the previous value, an append with the string before. Or with something that is none
/// of this, a status word or a position, which must neither be taken for a value nor be dropped without a word. So an
/// answer counts as what was there before only if the history has it as a value. Where each append is answered by a
/// string that ends with what it appended, the store may as well answer the string after it, and none of them counts.
struct AnswerReading {
  /// Values that the object certainly or possibly had, but for those that answers alone tell.
  private var values: Set<Token> = [.null]
  private let symbols: Symbols
  private let isText: Bool
  /// Whether the answers of the appends may be the strings after them.
  private var mayFollow = false

  init(_ ops: [Op], model: Model, symbols: Symbols) {
    self.symbols = symbols
    isText = model == .append
    // Most histories answer nothing but what was asked for, and then no value is looked up.
    guard ops.contains(where: Self.hasAnswer) else { return }
    let appends = ops.filter { $0.action == .append && $0.outcome == .ok && Self.hasAnswer($0) }
    mayFollow = !appends.isEmpty && appends.allSatisfy { endsWithInput($0) }
    for op in ops {
      switch op.action {
      case .write: values.insert(op.input)
      case .read where op.outcome == .ok: values.insert(op.output)
      case .cas:
        for value in symbols.list(op.input) ?? [] { values.insert(value) }
      default: break
      }
    }
  }

  /// Whether a completion has a value other than that of the invocation.
  private static func hasAnswer(_ op: Op) -> Bool {
    op.action != .read && op.outcome != .unknown && !op.output.isNull && op.output != op.input
  }

  func callAsFunction(_ op: Op) -> Answer {
    guard op.outcome == .ok, Self.hasAnswer(op) else { return .nothing }
    switch op.action {
    case .read, .contains, .dequeue, .drain, .audit, .other: return .nothing
    case .write, .delete:
      if values.contains(op.output) || (isText && isString(op.output)) { return .before(op.output) }
    case .append:
      if isString(op.output), !mayFollow { return .before(op.output) }
    case .cas:
      // Which of its two values it tells makes no difference.
      if let pair = symbols.list(op.input), pair.contains(op.output) { return .nothing }
    default: break
    }
    return op.output == .yes ? .nothing : .foreign
  }

  /// What a refused compare-and-set says it saw; `nil`: nothing, or what was asked for, once more.
  func seen(_ op: Op) -> Answer {
    guard op.action == .cas, op.outcome == .failed, Self.hasAnswer(op), op.output != .no else { return .nothing }
    return values.contains(op.output) ? .before(op.output) : .foreign
  }

  private func endsWithInput(_ op: Op) -> Bool {
    guard let text = symbols.bytes(op.output), let part = symbols.bytes(op.input), !part.isEmpty else { return false }
    return text.suffix(part.count).elementsEqual(part)
  }

  private func isString(_ token: Token) -> Bool { symbols.bytes(token) != nil }
}
