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

  /// The file's name as people know it.
  package let name: String
  private var source: any ByteSource
  package private(set) var symbols = Symbols()
  package private(set) var summary = Summary()

  /// - Parameter path: `-` is standard input.
  package init(path: String) throws(HistoryError) {
    name = path == "-" ? "standard input" : path
    source = try FileSource(path: path)
  }

  init(source: any ByteSource, name: String) {
    self.name = name
    self.source = source
  }

  /// Parses everything and hands the events over in blocks.
  ///
  /// - Throws: `HistoryError`; a last line without a newline that does not parse is no error but a truncation.
  package mutating func scan(_ emit: ([CompactEvent]) -> Void) throws(HistoryError) {
    var buffer = LineBuffer(capacity: Self.blockBytes)
    var started = false
    var line = 1
    var json = JSONLinesParser()
    while true {
      let count = try source.read(into: buffer.space(atLeast: Self.blockBytes / 2))
      buffer.advance(count)
      if !started, count > 0 {
        started = true
        summary.format = HistoryFormat(detecting: UnsafeRawBufferPointer(buffer.filled))
      }
      let atEnd = count == 0
      guard let lines = atEnd ? buffer.rest : buffer.completeLines else {
        if atEnd { return }
        continue
      }
      var block: [CompactEvent] = []
      block.reserveCapacity(lines.count / 64 + 1)
      defer {
        summary.events += block.count
        if !block.isEmpty { emit(block) }
      }
      guard var start = lines.baseAddress else { return }
      let end = start + lines.count
      while start < end {
        var next = start
        while next.pointee != 0x0A { next += 1 }
        do throws(LineFailure) {
          if let event = try json.parse(start, end: next, symbols: &symbols) { block.append(event) }
        } catch {
          if atEnd, next == end {
            summary.truncatedLine = line
            return
          }
          throw .malformed(file: name, line: line, expected: error.expected, found: error.found)
        }
        start = next + 1
        line += 1
      }
      if atEnd { return }
      buffer.consume(lines.count)
    }
  }
}
