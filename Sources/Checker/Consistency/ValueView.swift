import History

/// What values mean under a model, where that is not what they say.
///
/// - A versioned register's values are `[version value]`: the version belongs to the operation.
/// - Where the object begins with a value, that value and absence change places, and everything else is as it was:
///   every check knows one beginning only, absence.
struct ValueView {
  private let isVersioned: Bool
  private let initial: Token?

  /// - Returns: `nil` when values mean what they say.
  init?(model: Model?, initial: Token?) {
    isVersioned = model == .versionedRegister
    self.initial = model?.isRegister == true && initial != .null ? initial : nil
    if !isVersioned, self.initial == nil { return nil }
  }

  func apply(to ops: [Op], symbols: inout Symbols) throws(ConsistencyError) -> [Op] {
    var result = ops
    for position in result.indices {
      if isVersioned { try split(&result[position], symbols) }
      if initial != nil { exchange(&result[position], &symbols) }
    }
    return result
  }

  private func split(_ op: inout Op, _ symbols: borrowing Symbols) throws(ConsistencyError) {
    guard op.action == .read || op.isEffect else { return }
    func pair(_ token: Token) -> (version: Int64?, value: Token)? {
      guard let pair = symbols.list(token), pair.count == 2 else { return nil }
      if pair[0].isNull { return (nil, pair[1]) }
      return symbols.integer(pair[0]).map { ($0, pair[1]) }
    }
    if op.action == .read, op.outcome == .ok, !op.output.isNull {
      guard let (version, value) = pair(op.output) else {
        throw .unsuitableValue(index: Int(op.ret), function: symbols.function(op.function), model: .versionedRegister)
      }
      op.output = value
      if let version, !op.hasVersion { op.version = version }
    }
    guard op.action == .write || op.action == .cas else { return }
    guard let (_, input) = pair(op.input), op.action != .cas || symbols.list(input)?.count == 2 else {
      throw .unsuitableValue(index: Int(op.call), function: symbols.function(op.function), model: .versionedRegister)
    }
    op.input = input
    guard op.outcome == .ok, let (version, output) = pair(op.output) else { return }
    op.output = output
    if let version, !op.hasVersion { op.version = version }
  }

  /// What people are shown of a value.
  func shown(_ token: Token) -> Token { exchanged(token) }

  private func exchanged(_ token: Token) -> Token {
    guard let initial else { return token }
    return token.isNull ? initial : token == initial ? .null : token
  }

  private func exchange(_ op: inout Op, _ symbols: inout Symbols) {
    switch op.action {
    case .read:
      if op.outcome == .ok { op.output = exchanged(op.output) }
    case .write: op.input = exchanged(op.input)
    case .delete: (op.action, op.input) = (.write, exchanged(.null))
    case .cas:
      if let pair = symbols.list(op.input) { op.input = symbols.token(pair.map(exchanged)) }
    default: return
    }
    guard op.action != .read, !op.output.isNull else { return }
    if let pair = symbols.list(op.output), op.action == .cas {
      op.output = symbols.token(pair.map(exchanged))
    } else {
      op.output = exchanged(op.output)
    }
  }
}
