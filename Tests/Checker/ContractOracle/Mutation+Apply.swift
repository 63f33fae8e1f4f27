import History

extension Mutation {
  /// The damaged history; `nil` where it has nothing of the kind, or where nothing would change.
  public func apply(to events: [Event], using random: inout some RandomNumberGenerator) -> [Event]? {
    var trace = Trace(events)
    guard change(&trace, &random), let damaged = trace.numbered(), damaged != events else { return nil }
    return damaged
  }

  private func change(_ trace: inout Trace, _ random: inout some RandomNumberGenerator) -> Bool {
    switch self {
    case .readsSwapped, .readOlder, .readNewer, .readOfNothing, .readInvented, .readOfAnotherKey, .readVersionUp,
      .readVersionDown, .readVersionsSwapped, .readOfRefused, .readTruncated, .cachedReadDelayed, .cachedReadTrusted,
      .readEarlier, .readLater, .finalReadOlder, .finalReadOfNothing, .finalCacheOlder,
      .pendingReadUnsaid, .cachedReadSaidPending, .pendingReadVersioned:
      changeReads(&trace, &random)
    case .effectDropped, .effectRepeated, .effectDelayed, .writeForgotten, .writeSentAgain, .writesSwapped,
      .valueReplaced, .keyReplaced:
      changeEffects(&trace, &random)
    case .recordLacks, .recordHasRefused, .recordVersionsSwapped, .recordVersionRepeated, .recordVersionUp,
      .recordForgets, .idShared:
      changeRecord(&trace, &random)
    case .okToFail, .okToUnknown, .unknownToOk, .unknownToFail, .failToOk, .failToUnknown, .queuedToCommitted,
      .committedVersionsSwapped, .committedVersionDown:
      changeAnswers(&trace, &random)
    case .completionEarlier, .completionLater, .invocationEarlier, .invocationLater, .answersSwapped:
      changeTimes(&trace, &random)
    }
  }

  // MARK: Reads

  private func changeReads(_ trace: inout Trace, _ random: inout some RandomNumberGenerator) -> Bool {
    let events = trace
    func isFinal(_ read: Trace.Operation) -> Bool { events.level(read) == "final" }
    func isCached(_ read: Trace.Operation) -> Bool { events.level(read) == "cache" }
    let reads = trace.answeredReads()
    switch self {
    case .readsSwapped, .readVersionsSwapped:
      guard let (first, second) = pairOnOneKey(reads, in: trace, &random) else { return false }
      if self == .readsSwapped {
        trace.swapAnswers(first, second)
      } else if let first = first.completion, let second = second.completion {
        trace.swapVersions(first, second)
      }
    case .readOlder, .readNewer, .finalReadOlder, .finalCacheOlder:
      let wanted = reads.filter {
        switch self {
        case .finalReadOlder: isFinal($0)
        case .finalCacheOlder: events.level($0) == "final-cache"
        default: true
        }
      }
      guard let read = wanted.randomElement(using: &random),
        let write = otherWrite(than: read, isEarlier: self != .readNewer, in: trace, &random)
      else { return false }
      let (value, version) = (trace.value(write), trace.version(write))
      trace.answer(read) { ($0.value, $0.version) = (value, $0.version == nil ? nil : version) }
    case .readOfNothing, .finalReadOfNothing:
      guard let read = reads.filter({ self == .readOfNothing || isFinal($0) }).randomElement(using: &random) else {
        return false
      }
      trace.answer(read) { ($0.value, $0.version) = (.null, nil) }
    case .readInvented:
      guard let read = reads.randomElement(using: &random) else { return false }
      trace.answer(read) { $0.value = .string("invented") }
    case .readTruncated:
      guard let read = reads.randomElement(using: &random), case .string(let text)? = trace.completion(read)?.value
      else { return false }
      trace.answer(read) { $0.value = .string(String(text.dropLast())) }
    case .readOfAnotherKey, .readOfRefused:
      guard let read = reads.randomElement(using: &random) else { return false }
      let key = trace.invocation(read).key
      let others = trace.writes {
        self == .readOfRefused
          ? events.kind($0) == .fail && events.invocation($0).key == key : events.invocation($0).key != key
      }
      guard let write = others.randomElement(using: &random) else { return false }
      let value = trace.value(write)
      trace.answer(read) { $0.value = value }
    case .readVersionUp, .readVersionDown:
      guard let read = reads.filter({ events.completion($0)?.version ?? 0 > 1 }).randomElement(using: &random) else {
        return false
      }
      trace.answer(read) { $0.version = ($0.version ?? 0) + (self == .readVersionUp ? 1 : -1) }
    case .cachedReadDelayed:
      guard let read = reads.filter(isCached).randomElement(using: &random), let end = read.completion else {
        return false
      }
      let place = trace.operations.first { trace.isAudit($0) || isFinal($0) }?.invocation ?? trace.events.count
      guard place > end else { return false }
      trace.move([read.invocation: place, end: place])
    case .cachedReadTrusted:
      guard let read = reads.filter(isCached).randomElement(using: &random) else { return false }
      trace.both(read) { $0.level = "linearizable" }
    case .pendingReadUnsaid, .pendingReadVersioned:
      let pending = reads.filter { events.completion($0)?.level == "pending" }
      guard let read = pending.randomElement(using: &random) else { return false }
      trace.answer(read) {
        if self == .pendingReadUnsaid {
          $0.level = "cache"
        } else {
          $0.version = Int64.random(in: 1...4, using: &random)
        }
      }
    case .cachedReadSaidPending:
      guard let read = reads.filter(isCached).randomElement(using: &random) else { return false }
      trace.answer(read) { ($0.level, $0.version) = ("pending", nil) }
    case .readEarlier:
      guard let read = reads.randomElement(using: &random), let end = read.completion, read.invocation > 0 else {
        return false
      }
      let place = read.invocation - Int.random(in: 1...min(read.invocation, 12), using: &random)
      trace.move([read.invocation: place, end: place])
    case .readLater:
      guard let read = reads.randomElement(using: &random), let end = read.completion, end + 1 < trace.events.count
      else { return false }
      let place = end + 1 + Int.random(in: 1...min(trace.events.count - end - 1, 12), using: &random)
      trace.move([read.invocation: place, end: place])
    default: return false
    }
    return true
  }

  /// A write of the read's key, before or after the one that it saw: by versions where there are any, else by time.
  private func otherWrite(
    than read: Trace.Operation, isEarlier: Bool, in trace: Trace, _ random: inout some RandomNumberGenerator
  ) -> Trace.Operation? {
    let writes = trace.writes { trace.invocation($0).key == trace.invocation(read).key && trace.kind($0) != .fail }
    guard let answer = trace.completion(read) else { return nil }
    let seen = writes.first {
      trace.value($0) == answer.value && (answer.version == nil || trace.version($0) == answer.version)
    }
    let place = seen?.invocation ?? -1
    let candidates = writes.filter {
      guard $0.invocation != place else { return false }
      if let version = trace.version($0), let own = answer.version { return (version < own) == isEarlier }
      return ($0.invocation < place) == isEarlier
    }
    return candidates.randomElement(using: &random)
  }

  private func pairOnOneKey(
    _ operations: [Trace.Operation], in trace: Trace, _ random: inout some RandomNumberGenerator
  ) -> (Trace.Operation, Trace.Operation)? {
    guard let first = operations.randomElement(using: &random) else { return nil }
    let key = trace.invocation(first).key
    let others = operations.filter { $0.invocation != first.invocation && trace.invocation($0).key == key }
    return others.randomElement(using: &random).map { (first, $0) }
  }

  // MARK: Effects

  private func changeEffects(_ trace: inout Trace, _ random: inout some RandomNumberGenerator) -> Bool {
    let events = trace
    let writes = trace.writes().filter { events.kind($0) != .fail }
    guard let write = writes.randomElement(using: &random) else { return false }
    let (value, key) = (trace.value(write), trace.invocation(write).key)
    let reads = trace.answeredReads { events.invocation($0).key == key }
    let seeing = reads.filter { events.completion($0)?.value == value }
    switch self {
    case .effectDropped:
      guard let before = otherEffect(of: write, in: trace, &random), !seeing.isEmpty else { return false }
      let (value, version) = (trace.value(before), trace.version(before))
      for read in seeing { trace.answer(read) { ($0.value, $0.version) = (value, $0.version == nil ? nil : version) } }
    case .effectRepeated:
      guard let end = write.completion,
        let read = reads.filter({ $0.invocation > end && events.completion($0)?.value != value }).randomElement(
          using: &random)
      else { return false }
      trace.answer(read) { ($0.value, $0.version) = (value, $0.version.map { $0 + 1 }) }
    case .effectDelayed:
      guard let other = otherEffect(of: write, in: trace, &random), let version = trace.version(write),
        let otherVersion = trace.version(other)
      else { return false }
      // Everywhere: in answers, in the record, and in what was read.
      for operation in trace.operations where trace.invocation(operation).key == key {
        trace.answer(operation) {
          if $0.version == version {
            $0.version = otherVersion
          } else if $0.version == otherVersion {
            $0.version = version
          }
        }
      }
    case .writeForgotten:
      guard !seeing.isEmpty else { return false }
      let id = trace.id(write)
      let audits = trace.operations.filter { id != nil && trace.isAudit($0) && trace.id($0) == id }
      trace.remove(([write] + audits).flatMap { [$0.invocation] + ($0.completion.map { [$0] } ?? []) })
    case .writeSentAgain:
      guard let end = write.completion, trace.kind(write) == .ok else { return false }
      let process = Event.Process.client(Self.newProcess(in: trace))
      var again = [trace.events[write.invocation], trace.events[end]]
      for index in again.indices {
        again[index].process = process
        again[index].operation = again[index].operation.map { "\($0)-again" }
        again[index].timeNanoseconds = trace.events[end].timeNanoseconds
        again[index].version = nil
      }
      trace.events.insert(contentsOf: again, at: end + 1)
    case .writesSwapped:
      guard
        let (first, second) = pairOnOneKey(
          writes.filter { events.invocation($0).function != "delete" }, in: trace, &random)
      else { return false }
      let (one, other) = (trace.value(first), trace.value(second))
      trace.both(first) { if $0.value == one { $0.value = other } }
      trace.both(second) { if $0.value == other { $0.value = one } }
    case .valueReplaced:
      guard trace.invocation(write).function != "delete" else { return false }
      trace.both(write) { if $0.value == value { $0.value = .string("replaced") } }
    case .keyReplaced:
      guard let other = trace.operations.compactMap({ events.invocation($0).key }).first(where: { $0 != key }) else {
        return false
      }
      let id = trace.id(write)
      for audit in trace.operations where id != nil && trace.isAudit(audit) && trace.id(audit) == id {
        trace.both(audit) { $0.key = other }
      }
      trace.both(write) { $0.key = other }
    default: return false
    }
    return true
  }

  private func otherEffect(
    of write: Trace.Operation, in trace: Trace, _ random: inout some RandomNumberGenerator
  ) -> Trace.Operation? {
    let key = trace.invocation(write).key
    let isEarlier = self == .effectDropped
    return trace.writes {
      trace.invocation($0).key == key && trace.kind($0) != .fail
        && (isEarlier ? $0.invocation < write.invocation : $0.invocation > write.invocation)
    }.randomElement(using: &random)
  }

  private static func newProcess(in trace: Trace) -> Int {
    1 + (trace.events.compactMap { if case .client(let process) = $0.process { process } else { nil } }.max() ?? 0)
  }

  // MARK: The record

  private func changeRecord(_ trace: inout Trace, _ random: inout some RandomNumberGenerator) -> Bool {
    let events = trace
    let applied = trace.audits(true)
    switch self {
    case .recordLacks:
      guard let audit = applied.randomElement(using: &random) else { return false }
      let id = trace.id(audit)
      for audit in applied where events.id(audit) == id {
        trace.answer(audit) { ($0.value, $0.version) = (.bool(false), nil) }
      }
    case .recordForgets:
      guard let audit = applied.randomElement(using: &random), let end = audit.completion else { return false }
      var again = [trace.events[audit.invocation], trace.events[end]]
      for index in again.indices {
        again[index].process = .client(Self.newProcess(in: trace))
        again[index].timeNanoseconds = trace.events[end].timeNanoseconds
      }
      (again[1].value, again[1].version) = (.bool(false), nil)
      trace.events.insert(contentsOf: again, at: end + 1)
    case .recordHasRefused:
      let refused = Set(trace.writes(.fail).compactMap { events.id($0) })
      guard
        let audit = trace.audits(false).filter({ refused.contains(events.id($0) ?? "") }).randomElement(using: &random)
      else { return false }
      trace.answer(audit) { $0.value = .bool(true) }
    case .recordVersionsSwapped, .recordVersionRepeated:
      guard
        let (first, second) = pairOnOneKey(
          applied.filter { events.completion($0)?.version != nil }, in: trace, &random),
        let one = first.completion, let other = second.completion, trace.id(first) != trace.id(second)
      else { return false }
      if self == .recordVersionsSwapped {
        trace.swapVersions(one, other)
      } else {
        trace.events[one].version = trace.events[other].version
      }
    case .recordVersionUp:
      guard let audit = applied.filter({ events.completion($0)?.version != nil }).randomElement(using: &random) else {
        return false
      }
      trace.answer(audit) { $0.version = $0.version.map { $0 + 1 } }
    case .idShared:
      guard let (first, second) = pairOnOneKey(trace.writes { events.id($0) != nil }, in: trace, &random) else {
        return false
      }
      let (id, old) = (trace.id(first), trace.id(second))
      trace.both(second) { $0.operation = id }
      for audit in trace.operations where trace.isAudit(audit) && events.id(audit) == old {
        trace.both(audit) { $0.operation = id }
      }
    default: return false
    }
    return true
  }

  // MARK: Answers

  private func changeAnswers(_ trace: inout Trace, _ random: inout some RandomNumberGenerator) -> Bool {
    let events = trace
    func turn(_ kind: Event.Kind, into other: Event.Kind) -> Bool {
      guard let write = events.writes(kind).filter({ $0.completion != nil }).randomElement(using: &random) else {
        return false
      }
      trace.answer(write) {
        $0.kind = other
        if other != .ok { $0.version = nil }
      }
      return true
    }
    switch self {
    case .okToFail: return turn(.ok, into: .fail)
    case .okToUnknown: return turn(.ok, into: .info)
    case .unknownToOk: return turn(.info, into: .ok)
    case .unknownToFail: return turn(.info, into: .fail)
    case .failToOk: return turn(.fail, into: .ok)
    case .failToUnknown: return turn(.fail, into: .info)
    case .queuedToCommitted:
      guard let write = trace.writes(.ok, where: { events.level($0) == "queued" }).randomElement(using: &random) else {
        return false
      }
      trace.both(write) { $0.level = "committed" }
    case .committedVersionsSwapped:
      let versioned = trace.writes(.ok) { events.completion($0)?.version != nil }
      guard let (first, second) = pairOnOneKey(versioned, in: trace, &random), let one = first.completion,
        let other = second.completion
      else { return false }
      trace.swapVersions(one, other)
    case .committedVersionDown:
      let versioned = trace.writes(.ok) { events.completion($0)?.version ?? 0 > 1 }
      guard let write = versioned.randomElement(using: &random) else { return false }
      trace.answer(write) { $0.version = $0.version.map { $0 - 1 } }
    default: return false
    }
    return true
  }

  // MARK: Time

  private func changeTimes(_ trace: inout Trace, _ random: inout some RandomNumberGenerator) -> Bool {
    let reach = Int.random(in: 1...12, using: &random)
    let ended = trace.operations.filter { $0.completion != nil }
    guard let operation = ended.randomElement(using: &random), let end = operation.completion else { return false }
    switch self {
    case .completionEarlier:
      guard end - operation.invocation > 1 else { return false }
      trace.move([end: max(operation.invocation + 1, end - reach)])
    case .completionLater: trace.move([end: min(trace.events.count, end + 1 + reach)])
    case .invocationEarlier: trace.move([operation.invocation: max(0, operation.invocation - reach)])
    case .invocationLater:
      guard end - operation.invocation > 1 else { return false }
      trace.move([operation.invocation: min(end, operation.invocation + 1 + reach)])
    case .answersSwapped:
      let near = ended.filter { abs(($0.completion ?? 0) - end) < 24 && $0.completion != end }
      guard let other = near.randomElement(using: &random), let otherEnd = other.completion,
        otherEnd > operation.invocation, end > other.invocation
      else { return false }
      let times = (trace.events[end].timeNanoseconds, trace.events[otherEnd].timeNanoseconds)
      trace.events.swapAt(end, otherEnd)
      (trace.events[end].timeNanoseconds, trace.events[otherEnd].timeNanoseconds) = times
    default: return false
    }
    return true
  }
}
