import History

/// The content of an answer to an operation that changes the object, beyond "done".
enum Answer: Sendable, Hashable {
  /// Empty, or the requested value again.
  case nothing
  /// The earlier state: the previous value, the string before an append.
  case before(Token)
  /// An answer that the checker cannot interpret.
  case foreign
}

/// Reads the answers of one key's operations.
///
/// A store may answer a put with the previous value, and an append with the string before it. Or it may answer with
/// something else, such as a status word or a position, which must be neither treated as a value nor dropped silently.
/// So an answer counts as the earlier state only if the history has it as a value. If each append is answered by a
/// string that ends with the appended text, the store may equally answer with the string after the append, so none of
/// these answers counts.
struct AnswerReading {
  /// Values that the object certainly or possibly had, except those that occur only in answers.
  private var values: Set<Token> = [.null]
  private let symbols: Symbols
  private let isText: Bool
  /// Whether the answers of the appends may be the strings after them.
  private var mayFollow = false

  init(_ ops: [Op], model: Model, symbols: Symbols) {
    self.symbols = symbols
    isText = model == .append
    // In most histories the answers repeat the requested value, and then no lookup is needed.
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
      // It makes no difference which of its two values the answer contains.
      if let pair = symbols.list(op.input), pair.contains(op.output) { return .nothing }
    default: break
    }
    return op.output == .yes ? .nothing : .foreign
  }

  /// The value that a refused compare-and-set reports to have seen; `nil`: none, or the requested value again.
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
