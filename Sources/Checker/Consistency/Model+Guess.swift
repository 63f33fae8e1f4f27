import History

extension Model {
  /// The model of a history's operations: by their names, and where those are of several models, by their values.
  ///
  /// - Throws: `ConsistencyError` for operations that the model asked for does not have, and for values that no model
  ///   has.
  /// - Returns: `nil` when no model has all these operations.
  static func of(
    _ assembler: borrowing Assembler, _ symbols: borrowing Symbols, options: CheckOptions
  ) throws(ConsistencyError) -> Model? {
    for number in 0..<symbols.levelCount {
      if let name = symbols.level(UInt8(number)), !Level.names.contains(name) { throw .unknownLevel(name) }
    }
    if symbols.levelCount > 0, let op = assembler.ops.first(where: { !$0.level.suits($0.action) }) {
      throw .unsuitableLevel(index: Int(op.call), function: symbols.function(op.function), level: op.level.name ?? "")
    }
    let model: Model?
    if let asked = options.model {
      let known = Set(asked.actions + [.audit])
      if let foreign = assembler.ops.first(where: { !known.contains($0.action) }) {
        throw .unsuitableModel(function: symbols.function(foreign.function), model: asked.rawValue)
      }
      model = asked
    } else {
      let guess = Model(guessing: assembler.actionSet)
      model = guess == .set && isCounter(assembler.ops, symbols) ? .counter : guess
    }
    if options.initial != nil, let model, !model.isRegister, model != .counter {
      throw .unsuitableInitial(model: model.rawValue)
    }
    // A swap that says neither what it expects nor what it leaves behind could explain any read, or none.
    if model == .casRegister,
      let op = assembler.ops.first(where: { $0.action == .cas && symbols.list($0.input)?.count != 2 })
    {
      throw .unsuitableValue(index: Int(op.call), function: symbols.function(op.function), model: .casRegister)
    }
    if model == .queue || model == .atLeastOnceQueue,
      let op = assembler.ops.first(where: { $0.action == .enqueue && $0.outcome != .failed && $0.input.isNull })
    {
      throw .nullElement(index: Int(op.call))
    }
    return model
  }

  /// Sums are numbers, sets are lists.
  private static func isCounter(_ ops: [Op], _ symbols: borrowing Symbols) -> Bool {
    guard ops.allSatisfy({ $0.action != .add || symbols.integer($0.input) != nil }) else { return false }
    return ops.contains { $0.action == .read && $0.outcome == .ok && symbols.integer($0.output) != nil }
  }

  /// An operation whose value is a list of micro-operations, such as `[[:r 1 nil] [:w 2 3]]`: a transaction, which is
  /// no operation of one object.
  static func transaction(in ops: [Op], _ symbols: borrowing Symbols) -> Op? {
    ops.first { isTransaction($0.input, symbols) || isTransaction($0.output, symbols) }
  }

  private static let steps: Set = ["r", "w", "append", "send", "poll"]

  private static func isTransaction(_ token: Token, _ symbols: borrowing Symbols) -> Bool {
    guard token.isList, let parts = symbols.list(token), !parts.isEmpty else { return false }
    for part in parts {
      guard let step = symbols.list(part), let first = step.first, step.count <= 3 else { return false }
      let name = symbols.keyword(first) ?? symbols.bytes(first).map { String(decoding: $0, as: UTF8.self) }
      guard let name, steps.contains(name) else { return false }
    }
    return true
  }
}
