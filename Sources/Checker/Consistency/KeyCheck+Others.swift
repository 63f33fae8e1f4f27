import History

extension KeyCheck {
  func checkAppend(_ ops: [Op], _ result: inout KeyVerdict) {
    let symbols = history.symbols
    let reading = answerReading(ops, &result)
    let model = AppendModel(ops, reading: reading, symbols: symbols)
    guard !isUnsuitable(model.unsuitable, &result) else { return }
    result.engine = .appendSearch
    search(
      { AppendModel(ops, keeping: $0, reading: reading, symbols: symbols) }, ops,
      "no order of the writes and appends gives what was read", &result)
  }

  func checkCounter(_ ops: [Op], _ result: inout KeyVerdict) {
    let symbols = history.symbols
    _ = answerReading(ops, &result)
    let initial = history.initial.flatMap { symbols.integer($0) } ?? 0
    let model = CounterModel(ops, initial: initial, symbols: symbols)
    if let op = model.unsuitable {
      caveat(&result, op, "has no whole number, which a counter needs")
      return
    }
    result.engine = .counterSearch
    search(
      { CounterModel(ops, initial: initial, keeping: $0, symbols: symbols) }, ops,
      "no order of the adds gives the sums that were read", &result)
  }

  func checkSet(_ ops: [Op], _ result: inout KeyVerdict) {
    let relevant = ops.filter { $0.outcome != .failed && $0.action != .audit }
    if relevant.contains(where: { $0.action == .read }) {
      checkWholeSet(ops, relevant, &result)
    } else {
      checkElements(relevant, &result)
    }
  }

  private func checkWholeSet(_ ops: [Op], _ relevant: [Op], _ result: inout KeyVerdict) {
    let symbols = history.symbols
    if let op = relevant.first(where: { $0.action != .add && $0.action != .read }) {
      result.verdict = .unknown
      result.note = "reads of the whole set together with `\(symbols.function(op.function))` are not searched"
      return
    }
    _ = answerReading(ops, &result)
    let reads = SetChain.reads(ops, symbols: symbols)
    let answered = relevant.filter { $0.action == .read && $0.outcome == .ok }
    if let op = answered.first(where: { symbols.elements($0.output) == nil }) {
      caveat(&result, op, "is no list of elements")
    } else if let read = reads.first(where: \.hasRepetition) {
      caveat(&result, ops[read.position], "has an element twice")
    }
    result.engine = .setChain
    guard let violation = SetChain.violation(ops, reads: reads) else { return }
    violated(violation.message, violation.operations.map { ops[$0] }, &result)
  }

  /// Every operation touches one element, and elements do not touch each other: each is a register of its own.
  private func checkElements(_ relevant: [Op], _ result: inout KeyVerdict) {
    _ = answerReading(relevant, &result)
    var elements: [Token: [Op]] = [:]
    for op in relevant { elements[op.input, default: []].append(op) }
    // In their order, so that the same history has the same core each time.
    for part in elements.values.sorted(by: { $0[0].call < $1[0].call }) {
      let projection = RegisterProjection(part, model: .set, failedCas: failedCas, symbols: history.symbols)
      guard !isUnsuitable(projection.unsuitable, &result) else { return }
      decide(projection.ops, from: part, &result)
      if result.verdict != .holds { return }
    }
  }
}
