import History

/// Checks a register history of one level while it comes in, in memory that does not grow with its length.
///
/// All is well or it is not told: at the first event that the zone test cannot take (a delete, an operation of another
/// model, a weaker level, a contradiction) it stops, and the history has to be looked at as a whole. When it comes to
/// the end, every key is linearizable, and with that everything holds that the always-decided checks ask.
struct StreamingCheck {
  private struct Open {
    var value: Token
    var call: Int32
    var key: Int32
    var kind: Kind
    var function: UInt8
  }

  private enum Kind: UInt8 { case none, read, write }

  /// By key; the first place is for operations without one.
  private var streams: [ClusterStream] = []
  private var open: [Open] = []
  private(set) var events = 0
  private(set) var failures = 0
  private(set) var isInTrouble = false
  /// Whether anything was answered; where nothing was, nothing can be said to hold.
  private var hasAnswer = false

  private let sweepMinimum: Int

  /// - Parameter sweepMinimum: values that a key keeps before any is looked at for being forgotten.
  init(sweepMinimum: Int = 12) { self.sweepMinimum = sweepMinimum }

  /// Process numbers past which an array would be too large a table for them.
  private static let processLimit: Int32 = 1 << 20

  /// - Returns: false when this check has come to its end before the history has.
  mutating func consume(_ block: BlockChannel.Block) -> Bool {
    let actions = block.actions
    // A final read has to be answered, which is more than that its key is linearizable.
    let areStrong = block.levels.allSatisfy { $0.isStrong && $0 != .final }
    isInTrouble = isInTrouble || !areStrong || !block.events.withUnsafeBufferPointer { take($0, actions) }
    return !isInTrouble
  }

  private mutating func take(_ block: UnsafeBufferPointer<CompactEvent>, _ actions: [Action]) -> Bool {
    for event in block {
      let index = Int32(truncatingIfNeeded: events)
      events += 1
      guard event.process >= 0 else { continue }
      guard event.process < Self.processLimit, events < Int(Op.never) else { return false }
      let process = Int(event.process)
      if event.kind == .invoke {
        let kind: Kind
        switch actions[Int(event.function)] {
        case .read: kind = .read
        case .write: kind = .write
        default: return false
        }
        // What versions and operation ids tell is for the checks that see the whole history.
        guard event.version == CompactEvent.noVersion, event.operation < 0 else { return false }
        while open.count <= process { open.append(Open(value: .null, call: 0, key: 0, kind: .none, function: 0)) }
        guard open[process].kind == .none else { return false }
        let isWritten = kind == .write
        guard !isWritten || !(event.value.isNull || event.value.isList) else { return false }
        open[process] = Open(
          value: event.value, call: index, key: event.key, kind: kind, function: event.function)
        let place = Int(event.key + 1)
        while streams.count <= place { streams.append(ClusterStream(sweepMinimum: sweepMinimum)) }
        if isWritten {
          guard streams[place].callWrite(event.value, at: index) else { return false }
        } else {
          streams[place].callRead(at: index)
        }
      } else {
        guard process < open.count, event.version == CompactEvent.noVersion, event.operation < 0 else { return false }
        let operation = open[process]
        open[process].kind = .none
        guard complete(operation, event, at: index) else { return false }
      }
    }
    return true
  }

  @inline(__always)
  private mutating func complete(_ operation: Open, _ event: CompactEvent, at index: Int32) -> Bool {
    guard operation.kind != .none else { return event.kind == .info }
    // A completion of something else is for the whole history to refuse.
    guard event.function == operation.function, event.key < 0 || event.key == operation.key else { return false }
    let place = Int(operation.key + 1)
    switch (operation.kind, event.kind) {
    case (.read, .ok):
      guard event.hasValue else { return false }
      hasAnswer = true
      return streams[place].returnRead(event.value, called: operation.call, at: index)
    case (.read, _):
      if event.kind == .fail { failures += 1 }
      streams[place].dropRead(called: operation.call, isUnknown: event.kind == .info)
      return true
    case (_, .ok):
      // An answer that says more than that it was done is for the checks that see the whole history.
      guard event.value.isNull || event.value == operation.value else { return false }
      hasAnswer = true
      return streams[place].returnWrite(operation.value, at: index)
    case (_, .fail):
      failures += 1
      return streams[place].refuseWrite(operation.value)
    default: return streams[place].loseWrite(operation.value)
    }
  }

  // MARK: The end

  /// What a history that came to its end without trouble is found to be; `nil` after trouble.
  mutating func finish(symbols: Symbols) -> (keys: [KeyVerdict], checks: [CheckOutcome])? {
    guard !isInTrouble, hasAnswer else { return nil }
    // Whatever is open at the end has an unknown outcome.
    for operation in open where operation.kind != .none {
      let place = Int(operation.key + 1)
      if operation.kind == .read {
        streams[place].dropRead(called: operation.call, isUnknown: true)
      } else if !streams[place].loseWrite(operation.value) {
        return nil
      }
    }
    open = []
    var keys: [KeyVerdict] = []
    var reads = 0
    for (place, stream) in streams.enumerated() where stream.operations > 0 {
      guard stream.finish() else { return nil }
      reads += stream.reads
      keys.append(
        KeyVerdict(
          key: symbols.key(Int32(place - 1)), verdict: .holds, engine: .zones, operations: stream.operations,
          unknowns: stream.unknowns, seconds: 0, configurations: 0, core: []))
    }
    let implied: [CheckName] = [
      .lostWrites, .phantomReads, .failedWrites, .staleReads, .duplicates, .order, .readYourWrites, .monotonicReads,
      .monotonicWrites, .writesFollowReads, .versions, .convergence,
    ]
    var checks = implied.map {
      let isAboutReads = $0 == .phantomReads || $0 == .staleReads || $0 == .order
      return CheckOutcome(
        check: $0, examined: isAboutReads ? reads : 0, note: "every key is linearizable, which includes it")
    }
    checks.append(CheckOutcome(check: .linearizability, examined: keys.count, numbers: ["unknownKeys": 0]))
    return (keys, checks)
  }
}
