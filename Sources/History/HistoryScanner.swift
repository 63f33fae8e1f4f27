/// Reads a history of any format block by block, in time order, in memory that does not grow with its length but for
/// the names and values that it has to remember.
package struct HistoryScanner {
  /// What a scan has learnt besides the events.
  package struct Summary: Sendable, Hashable {
    package var format: HistoryFormat = .jsonLines
    package var events = 0
    /// The number of the last line when it was cut short and therefore left out.
    package var truncatedLine: Int?
  }

  private static let blockBytes = 1 << 20
  private static let shortBytes = 1 << 16
  private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// The file's name as people know it.
  package let name: String
  /// Whether reading it all takes less than handing it to another thread.
  package let isShort: Bool
  private var source: any ByteSource
  package private(set) var symbols = Symbols()
  package private(set) var summary = Summary()

  /// - Parameter path: `-` is standard input. What gzip or zstd compressed is decompressed.
  /// - Parameter replay: keeps every byte that is read, for a second scan.
  package init(path: String, recordingTo replay: ReplayFile? = nil) throws(HistoryError) {
    name = path == "-" ? "standard input" : path
    let file = try FileSource(path: path)
    let source: any ByteSource = replay.map { RecordingSource(file, to: $0) } ?? file
    let peeked = try PeekedSource(source)
    self.source = try peeked.decompressed(name: name)
    isShort = (file.length ?? .max) <= Self.shortBytes && self.source === peeked
  }

  /// Standard input once more: what an earlier scan has read of it, and then the rest.
  package init(replaying replay: ReplayFile) throws(HistoryError) {
    name = "standard input"
    isShort = false
    source = try PeekedSource(ReplaySource(replay, then: FileSource(path: "-"))).decompressed(name: name)
  }

  /// Parses everything and hands the events over in blocks.
  ///
  /// - Parameter emit: takes a block, and the symbols as they are by then; false ends the scan.
  /// - Throws: `HistoryError`; a last line without a newline that does not parse is no error but a truncation.
  package mutating func scan(_ emit: ([CompactEvent], borrowing Symbols) -> Bool) throws(HistoryError) {
    var buffer = LineBuffer(capacity: Self.blockBytes)
    summary.format = try detectFormat(&buffer)
    switch summary.format {
    case .edn: try scanForms(&buffer, emit)
    case .jsonLines:
      var parser = JSONLinesParser()
      try scanLines(&buffer, emit) { (start, end, symbols) throws(LineFailure) in
        try parser.parse(start, end: end, symbols: &symbols)
      }
    case .textLog:
      var parser = TextLogParser()
      try scanLines(&buffer, emit) { (start, end, symbols) throws(LineFailure) in
        try parser.parse(start, end: end, symbols: &symbols)
      }
      if summary.events == 0 {
        throw .malformed(
          file: name, line: 1, expected: "a history: JSON Lines, EDN operation maps, or Jepsen's log",
          found: "none of them")
      }
    }
  }

  /// Reads until the format shows, and steps over a byte order mark.
  private mutating func detectFormat(_ buffer: inout LineBuffer) throws(HistoryError) -> HistoryFormat {
    var mayBeMarked = true
    while true {
      let count = try source.read(into: buffer.space(atLeast: Self.blockBytes / 2))
      buffer.advance(count)
      let isAtEnd = count == 0
      if mayBeMarked, buffer.filled.count >= Self.byteOrderMark.count || isAtEnd {
        if buffer.filled.starts(with: Self.byteOrderMark) { buffer.consume(Self.byteOrderMark.count) }
        mayBeMarked = false
      }
      if !mayBeMarked, let format = HistoryFormat(detecting: buffer.filled) { return format }
      // Nothing, or the beginning of a record whose run was killed.
      if isAtEnd { return .jsonLines }
    }
  }

  private mutating func scanLines(
    _ buffer: inout LineBuffer, _ emit: ([CompactEvent], borrowing Symbols) -> Bool,
    _ parse: (UnsafePointer<UInt8>, UnsafePointer<UInt8>, inout Symbols) throws(LineFailure) -> CompactEvent?
  ) throws(HistoryError) {
    var line = 1
    var atEnd = false
    while true {
      if let lines = atEnd ? buffer.rest : buffer.completeLines, var start = lines.baseAddress {
        var block: [CompactEvent] = []
        block.reserveCapacity(lines.count / 64 + 1)
        let end = start + lines.count
        while start < end {
          var next = start
          while next.pointee != 0x0A { next += 1 }
          do throws(LineFailure) {
            if let event = try parse(start, next, &symbols) { block.append(event) }
          } catch {
            guard atEnd, next == end else {
              throw .malformed(file: name, line: line, expected: error.expected, found: error.found)
            }
            summary.truncatedLine = line
          }
          start = next + 1
          line += 1
        }
        summary.events += block.count
        if !block.isEmpty, !emit(block, symbols) { return }
        if !atEnd { buffer.consume(lines.count) }
      }
      if atEnd { return }
      let count = try source.read(into: buffer.space(atLeast: Self.blockBytes / 2))
      buffer.advance(count)
      atEnd = count == 0
    }
  }

  private mutating func scanForms(
    _ buffer: inout LineBuffer, _ emit: ([CompactEvent], borrowing Symbols) -> Bool
  ) throws(HistoryError) {
    var parser = EDNParser()
    var line = 1
    var atEnd = false
    while true {
      let bytes = buffer.filled
      func number(at offset: Int) -> Int { line + bytes[..<offset].count { $0 == 0x0A } }
      do throws(EDNParser.Failure) {
        let part = try parser.parse(bytes, isAtEnd: atEnd, symbols: &symbols)
        summary.events += part.events.count
        summary.truncatedLine = part.cutAt.map(number)
        if !part.events.isEmpty, !emit(part.events, symbols) { return }
        line = number(at: part.consumed)
        buffer.consume(part.consumed)
      } catch {
        throw .malformed(
          file: name, line: number(at: error.offset), expected: error.cause.expected, found: error.cause.found)
      }
      if atEnd { return }
      // At least as much again as is left of a form, so that a long one is not read over and over.
      var missing = max(1, buffer.filled.count)
      while missing > 0, !atEnd {
        let count = try source.read(into: buffer.space(atLeast: Self.blockBytes / 2))
        buffer.advance(count)
        missing -= count
        atEnd = count == 0
      }
    }
  }
}
