import History

extension KeyCheck {
  func checkAppend(_ ops: [Op], _ result: inout KeyVerdict) {
    let model = AppendModel(ops, symbols: history.symbols)
    guard !isUnsuitable(model.unsuitable, &result) else { return }
    result.engine = .appendSearch
    var search = FrontierSearch(model, budget: budget)
    let answer = search.run()
    result.configurations = search.effort.peakConfigurations
    switch answer {
    case .linearizable: break
    case .exhausted(let what): exhausted(what, &result)
    case .violation(let source):
      let symbols = history.symbols
      let budget = coreBudget
      let finder = CoreFinder(count: ops.count, budget: budget) { kept in
        var search = FrontierSearch(AppendModel(ops, keeping: Set(kept), symbols: symbols), budget: budget)
        return search.run().isViolation
      }
      var core = finder.core(around: source)
      if core.isEmpty { core = [source] }
      violated("no order of the writes and appends gives what was read", core.map { ops[$0] }, &result)
    }
  }

  func checkQueue(_ ops: [Op], _ result: inout KeyVerdict) {
    let queue = QueueOps(ops, symbols: history.symbols)
    guard !isUnsuitable(queue.unsuitable, &result) else { return }
    result.engine = .queueOrder
    if let (isLinearizable, violation) = QueueOrder.check(queue) {
      if isLinearizable { return }
      // A dequeue without an answer may have taken what is missing; no other violation can be explained by it.
      if queue.unknownDequeues.isEmpty, let violation {
        violated(violation.message, violation.operations.map { ops[$0] }, &result)
        return
      }
    }
    result.engine = .queueSearch
    var search = FrontierSearch(QueueModel(queue), budget: budget)
    let answer = search.run()
    result.configurations = search.effort.peakConfigurations
    switch answer {
    case .linearizable: break
    case .exhausted(let what): exhausted(what, &result)
    case .violation(let source): violated("no order of the operations explains what came out", [ops[source]], &result)
    }
  }

  func checkDeliveries(_ ops: [Op], _ result: inout KeyVerdict) {
    let queue = QueueOps(ops, symbols: history.symbols)
    guard !isUnsuitable(queue.unsuitable, &result) else { return }
    result.engine = .counting
    let count = DeliveryCount(queue)
    if let position = count.invented.first {
      violated("an element that nobody enqueued", [ops[position]], &result)
    } else if let pair = count.early.first {
      violated("an element that came out before it was enqueued", [ops[pair.enqueue], ops[pair.dequeue]], &result)
    } else if !count.lost.isEmpty {
      violated("an acknowledged element never came out", count.lost.prefix(20).map { ops[$0] }, &result)
    }
  }

  func checkSet(_ ops: [Op], _ result: inout KeyVerdict) {
    let relevant = ops.filter { $0.outcome != .failed && $0.action != .audit }
    let readsWhole = relevant.contains { $0.action == .read }
    let isElementwise = !readsWhole
    if readsWhole {
      if let op = relevant.first(where: { $0.action != .add && $0.action != .read }) {
        result.verdict = .unknown
        result.note =
          "reads of the whole set together with `\(history.symbols.function(op.function))` are not searched"
        return
      }
      result.engine = .setChain
      guard let violation = SetChain.violation(ops, symbols: history.symbols) else { return }
      violated(violation.message, violation.operations.map { ops[$0] }, &result)
    }
    guard isElementwise else { return }
    // Every operation touches one element, and elements do not touch each other: each is a register of its own.
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
