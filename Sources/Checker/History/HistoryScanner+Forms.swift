extension HistoryScanner {
  mutating func scanForms(
    _ buffer: inout LineBuffer, _ emit: ([CompactEvent], borrowing Symbols) -> Bool
  ) throws(HistoryError) -> Bool {
    var parser = EDNParser()
    var atEnd = false
    while true {
      let bytes = buffer.filled
      try limits.check(parsing: bytes.count > Self.blockBytes ? bytes.count : 0, file: name)
      func number(at offset: Int) -> Int { line + bytes[..<offset].count { $0 == 0x0A } }
      do throws(EDNParser.Failure) {
        let part = try parser.parse(bytes, isAtEnd: atEnd, keyed: &keyed, symbols: &symbols)
        summary.truncatedLine = part.cutAt.map(number)
        if !send(part.events, emit) { return false }
        line = number(at: part.consumed)
        buffer.consume(part.consumed)
      } catch {
        throw malformed(error.cause, line: number(at: error.offset))
      }
      if atEnd { return true }
      // At least as much again as is left of a form, so that a long one is not read over and over.
      var missing = max(1, buffer.filled.count)
      while missing > 0, !atEnd {
        let count = try fill(&buffer)
        missing -= count
        atEnd = count == 0
      }
    }
  }

  /// A JSON array of operation maps: each of its objects is parsed as a line.
  mutating func scanArray(
    _ buffer: inout LineBuffer, _ emit: ([CompactEvent], borrowing Symbols) -> Bool
  ) throws(HistoryError) -> Bool {
    var splitter = JSONArraySplitter()
    var parser = JSONLinesParser()
    let record = ScratchBytes()
    while true {
      let bytes = buffer.filled
      try limits.check(parsing: bytes.count > Self.blockBytes ? bytes.count : 0, file: name)
      var block: [CompactEvent] = []
      var counted = 0
      func advance(to offset: Int) {
        line += bytes[counted..<offset].count { $0 == 0x0A }
        counted = offset
      }
      func next() throws(HistoryError) -> Range<Int>? {
        do throws(LineFailure) {
          return try splitter.next(bytes)
        } catch {
          advance(to: splitter.consumed)
          throw malformed(error, line: line)
        }
      }
      while let object = try next() {
        advance(to: object.lowerBound)
        do throws(LineFailure) {
          Self.join(UnsafeBufferPointer(rebasing: bytes[object]), into: record)
          guard let start = record.bytes.baseAddress else { continue }
          if let event = try parser.parse(start, end: start + record.bytes.count - 1, symbols: &symbols) {
            try keyed.add(event, to: &block, symbols: &symbols)
          }
        } catch {
          throw malformed(error, line: line)
        }
      }
      advance(to: splitter.consumed)
      buffer.consume(splitter.consumed)
      splitter.rebase()
      if !send(block, emit) { return false }
      if try fill(&buffer) == 0 { break }
    }
    if !splitter.isComplete {
      summary.truncatedLine = line
    }
    var block: [CompactEvent] = []
    do throws(LineFailure) {
      try keyed.finish(&block, symbols: &symbols)
    } catch {
      throw malformed(error, line: line)
    }
    return send(block, emit)
  }

  /// An object on one line: line breaks between its parts become spaces; one within a string stays, and is an error.
  private static func join(_ object: UnsafeBufferPointer<UInt8>, into record: ScratchBytes) {
    record.removeAll()
    var isInString = false
    var isEscaped = false
    for byte in object {
      if isInString {
        isInString = byte != 0x22 || isEscaped
        isEscaped = byte == 0x5C && !isEscaped
      } else if byte == 0x22 {
        isInString = true
      }
      record.append(byte == 0x0A && !isInString ? 0x20 : byte)
    }
    record.append(0x0A)
  }
}
