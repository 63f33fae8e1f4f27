import History

/// Pairs invocations with completions as events arrive, in the order of the history.
struct Assembler {
  private(set) var ops: [Op] = []
  private(set) var nemesis: [CompactEvent] = []
  private(set) var eventCount = 0
  /// Operations by outcome, counted on the way: at the end there may be no time for it.
  private(set) var okCount = 0
  private(set) var failedCount = 0
  /// A bit for each action that occurs, by its number.
  private var seenActions: UInt32 = 0
  /// The position in `ops` of a process' open operation; -1: none. Process numbers are dense, so an array suffices.
  private var open: [Int32] = []
  /// The same for process numbers too large for an array.
  private var openRare: [Int32: Int32] = [:]
  private var actions: [Action] = []
  private var levels: [Level] = []

  /// What the operations do.
  var actionSet: Set<Action> { Set(Action.allCases.filter { seenActions & 1 << UInt32($0.rawValue) != 0 }) }

  init() {}

  /// Pairs the events of a whole history.
  init(_ events: [Event], symbols: inout Symbols) throws(ConsistencyError) {
    for event in events {
      guard let compact = symbols.compact(event) else { throw .tooManyNames }
      try add(compact, symbols: symbols)
    }
    try check(symbols)
  }

  /// - Parameter symbols: those of the event; names that came since the last call are looked up there.
  mutating func add(_ event: CompactEvent, symbols: borrowing Symbols) throws(ConsistencyError) {
    while actions.count < symbols.functionCount {
      actions.append(Action(function: symbols.function(UInt8(actions.count))))
    }
    while levels.count < symbols.levelCount { levels.append(Level(name: symbols.level(UInt8(levels.count)))) }
    if contradiction == nil { try add(event) }
  }

  /// The bytes that the next block will need: a full array is copied into a larger one.
  func growthBytes(adding count: Int) -> Int {
    let added = count * MemoryLayout<Op>.stride
    return ops.count + count > ops.capacity ? ops.count * MemoryLayout<Op>.stride + added : added
  }

  /// Adds a block whose names the parsing thread has looked up.
  ///
  /// - Returns: false if no more events are accepted, because an event contradicts earlier ones: see `check`.
  mutating func add(_ block: BlockChannel.Block) throws(ConsistencyError) -> Bool {
    (actions, levels) = (block.actions, block.levels)
    for event in block.events where contradiction == nil { try add(event) }
    return contradiction == nil
  }

  /// The reason why the events are not a valid history, if there is one. Its names are looked up once all symbols are
  /// known.
  func check(_ symbols: borrowing Symbols) throws(ConsistencyError) {
    guard let (event, op, index) = contradiction else { return }
    if event.kind == .invoke {
      throw .invocationWhileOpen(
        index: index, process: Int(event.process), function: symbols.function(event.function), open: Int(op.call))
    }
    if Self.completes(event, op) {
      let function = symbols.function(op.function)
      if op.action.isQuestion { throw .missingAnswer(index: index, function: function) }
      throw .missingValue(index: index, function: function, invocation: Int(op.call))
    }
    func name(_ function: UInt8, _ key: Int32, _ operation: Int32) -> String {
      symbols.function(function) + (symbols.key(key).map { " of key \($0)" } ?? " without a key")
        + (symbols.text(operation).map { " as operation \($0)" } ?? "")
    }
    throw .completionOfAnother(
      index: index, process: Int(event.process), invocation: Int(op.call),
      invoked: name(op.function, op.key, op.operation),
      completed: name(event.function, event.key < 0 ? op.key : event.key, event.operation))
  }

  /// Whether an operation was done without the value that it is about: that of its completion, or of a write in either
  /// event.
  private static func lacksValue(_ event: CompactEvent, _ op: Op) -> Bool {
    event.kind == .ok && !event.hasValue && (op.action.isQuestion || op.lacksInput && op.action.hasValue)
  }

  /// Whether a completion is one of the operation.
  private static func completes(_ event: CompactEvent, _ op: Op) -> Bool {
    event.function == op.function && (event.key < 0 || event.key == op.key)
      && (event.operation < 0 || op.operation < 0 || event.operation == op.operation)
  }

  /// The first event that contradicts those before it, with the operation that it contradicts.
  private var contradiction: (event: CompactEvent, op: Op, index: Int)?

  private mutating func add(_ event: CompactEvent) throws(ConsistencyError) {
    let index = Int32(eventCount)
    eventCount += 1
    guard event.process >= 0 else {
      nemesis.append(event)
      return
    }
    let level = event.level == CompactEvent.noLevel ? Level.unnamed : levels[Int(event.level)]
    if event.kind == .invoke {
      let open = takeOpen(event.process)
      guard open < 0 else {
        contradiction = (event, ops[Int(open)], Int(index))
        return
      }
      setOpen(event.process, Int32(ops.count))
      let action = actions[Int(event.function)]
      seenActions |= 1 << UInt32(action.rawValue)
      ops.append(
        Op(
          callTime: event.timeNanoseconds, returnTime: Int64.max, input: event.value, output: .null,
          version: event.version, call: index, ret: Op.never, process: event.process, key: event.key,
          operation: event.operation, error: -1, action: action, function: event.function,
          outcome: .unknown, level: level, lacksInput: !event.hasValue))
      return
    }
    let place = takeOpen(event.process)
    guard place >= 0 else {
      // Jepsen lets a process emit an unsolicited info; no other event may complete an operation that was never
      // invoked.
      if event.kind == .info { return }
      throw .completionWithoutInvocation(index: Int(index), process: Int(event.process))
    }
    guard Self.completes(event, ops[Int(place)]), !Self.lacksValue(event, ops[Int(place)]) else {
      contradiction = (event, ops[Int(place)], Int(index))
      return
    }
    if event.kind == .ok { okCount += 1 }
    if event.kind == .fail { failedCount += 1 }
    Self.complete(&ops[Int(place)], with: event, at: index, level: level)
  }

  /// Static: a method of `self` would hold `ops` for as long as it changes one of them, which copies all of them.
  private static func complete(_ op: inout Op, with event: CompactEvent, at index: Int32, level: Level) {
    op.returnTime = event.timeNanoseconds
    op.output = event.value
    if event.version != CompactEvent.noVersion { op.version = event.version }
    if event.operation >= 0 { op.operation = event.operation }
    if event.error >= 0 { op.error = event.error }
    if level != .unnamed, op.level == .unnamed || level == .pending && op.level == .cache { op.level = level }
    switch event.kind {
    case .ok:
      op.outcome = .ok
      op.ret = index
      // Histories may give a write's value with the completion only.
      if op.input.isNull, op.action.hasValue { op.input = event.value }
    case .fail:
      op.outcome = .failed
      op.ret = index
    case .info, .invoke: op.outcome = .unknown
    }
  }

  private mutating func setOpen(_ process: Int32, _ place: Int32) {
    let number = Int(process)
    if number < 1 << 20 {
      while open.count <= number { open.append(-1) }
      open[number] = place
    } else {
      openRare[process] = place
    }
  }

  private mutating func takeOpen(_ process: Int32) -> Int32 {
    let number = Int(process)
    if number < 1 << 20 {
      guard number < open.count else { return -1 }
      defer { open[number] = -1 }
      return open[number]
    }
    return openRare.removeValue(forKey: process) ?? -1
  }
}
