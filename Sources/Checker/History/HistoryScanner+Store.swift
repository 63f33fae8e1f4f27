#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension HistoryScanner {
  /// Reads the history out of Jepsen's binary store.
  mutating func scanStore(
    _ buffer: inout LineBuffer, _ emit: ([CompactEvent], borrowing Symbols) -> Bool
  ) throws(HistoryError) -> Bool {
    // Its parts are found by their place in the file. What cannot be read at any place is kept in a file that can.
    let spool = plainPath == nil ? try ReplayFile() : nil
    if let spool {
      repeat {
        try spool.append(UnsafeRawBufferPointer(buffer.filled))
        buffer.consume(buffer.filled.count)
      } while try fill(&buffer) > 0
    }
    let descriptor = try plainPath.map { path throws(HistoryError) in try FileSource.descriptor(path) }
    defer { if let descriptor { _ = close(descriptor) } }
    let file = descriptor ?? spool?.descriptor ?? -1
    var block: [CompactEvent] = []
    do throws(JepsenStore.Damage) {
      let store = try JepsenStore(descriptor: file, length: Int(lseek(file, 0, SEEK_END)))
      guard let history = try store.historyBlock() else {
        throw JepsenStore.Damage(reason: "its test has no history: it was killed before the first operation")
      }
      guard try scan(history, of: store, depth: 0, emit) != nil else { return false }
      do throws(LineFailure) {
        try keyed.finish(&block, symbols: &symbols)
      } catch {
        throw JepsenStore.Damage(reason: "expected \(error.expected), found \(error.found)")
      }
    } catch {
      throw error.limit.map { .limitReached(file: name, $0) } ?? .damagedStore(file: name, reason: error.reason)
    }
    return send(block, emit)
  }

  /// - Returns: how many elements the block has; `nil` when no more is wanted.
  private mutating func scan(
    _ id: UInt32, of store: JepsenStore, depth: Int, _ emit: ([CompactEvent], borrowing Symbols) -> Bool
  ) throws(JepsenStore.Damage) -> Int? {
    guard depth < 8 else { throw JepsenStore.Damage(reason: "its history is in itself") }
    do throws(HistoryError) {
      try limits.check(parsing: lengthOrZero(id, store), file: name)
      try limits.check(adding: 0, file: name)
    } catch {
      throw JepsenStore.Damage(error)
    }
    let block = try store.block(id)
    switch block.type {
    case .fressian, .fressianStream:
      let result: Result<[CompactEvent], LineFailure> = block.data.withUnsafeBufferPointer { bytes in
        var events: [CompactEvent] = []
        do throws(LineFailure) {
          try elements(bytes, isStream: block.type == .fressianStream, &events)
          return .success(events)
        } catch {
          return .failure(error)
        }
      }
      switch result {
      case .success(let events): return send(events, emit) ? elementCount : nil
      case .failure(let failure):
        throw JepsenStore.Damage(
          reason: "operation \(summary.events + elementCount): expected \(failure.expected), found \(failure.found)")
      }
    case .bigVector:
      guard block.data.count >= 8, (block.data.count - 8) % 12 == 0 else {
        throw JepsenStore.Damage(reason: "the list of the history's parts is none")
      }
      let expected = JepsenStore.number(block.data[0..<8])
      var count = 0
      for place in stride(from: 8, to: block.data.count, by: 12) {
        guard JepsenStore.number(block.data[place..<(place + 8)]) == UInt64(count) else {
          throw JepsenStore.Damage(reason: "a part of its history is missing before operation \(count)")
        }
        let part = UInt32(JepsenStore.number(block.data[(place + 8)..<(place + 12)]))
        guard let more = try scan(part, of: store, depth: depth + 1, emit) else { return nil }
        count += more
      }
      guard UInt64(count) == expected else {
        throw JepsenStore.Damage(reason: "its history has \(count) operations, and should have \(expected)")
      }
      return count
    case .index, .partialMap: throw JepsenStore.Damage(reason: "its history is no list")
    }
  }

  /// Of a block that is not there the reading says so.
  private func lengthOrZero(_ id: UInt32, _ store: JepsenStore) -> Int { (try? store.blockLength(id)) ?? 0 }

  /// The operations of a stream, or those of one list.
  private mutating func elements(
    _ bytes: UnsafeBufferPointer<UInt8>, isStream: Bool, _ events: inout [CompactEvent]
  ) throws(LineFailure) {
    elementCount = 0
    var reader = FressianReader(bytes)
    var count = -1
    if !isStream {
      guard let header = try reader.listHeader() else {
        // A history that has not begun is nil.
        guard try reader.value(&symbols).isNull else {
          throw LineFailure(expected: "a list of operations", found: "another value")
        }
        return
      }
      count = header
    }
    while count < 0 ? !reader.isAtEnd && !(!isStream && reader.takeListEnd()) : elementCount < count {
      let parsed = try StoredOperation.event(try reader.element(&symbols), keys: keys, symbols: &symbols)
      try keyed.add(parsed, to: &events, symbols: &symbols)
      elementCount += 1
    }
  }
}

extension JepsenStore.Damage {
  init(_ error: HistoryError) {
    self.init(reason: error.description)
    if case .limitReached(_, let limit) = error { self.limit = limit }
  }
}
