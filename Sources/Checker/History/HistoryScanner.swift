#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

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

  static let blockBytes = 1 << 20
  private static let shortBytes = 1 << 16
  private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// The file's name as people know it.
  package let name: String
  /// Whether reading it all takes less than handing it to another thread.
  package let isShort: Bool
  private let source: any ByteSource
  /// The path where the bytes are those of a file that can be read at any place.
  let plainPath: String?
  let limits: ReadingLimits
  package internal(set) var symbols = Symbols()
  package internal(set) var summary = Summary()
  /// Whether values are pairs of a key and a value; `nil`: as the history shows.
  let keys: ValueKeys?
  var keyed: KeyedValues
  /// The number of the line at the buffer's front.
  var line = 1
  /// Elements of the block of a store that is being read.
  var elementCount = 0

  /// - Parameters:
  ///   - path: `-` is standard input. What gzip or zstd compressed is decompressed.
  ///   - replay: keeps every byte that is read of `path`, for a second scan.
  ///   - keys: whether values are pairs of a key and a value; `nil`: as the history shows.
  package init(
    path: String, recordingTo replay: ReplayFile? = nil, keys: ValueKeys? = nil, limits: ReadingLimits = .none
  ) throws(HistoryError) {
    name = path == "-" ? "standard input" : path
    self.limits = limits
    self.keys = keys
    keyed = KeyedValues(keys)
    let file: FileSource
    let source: any ByteSource
    if let replay {
      file = FileSource(of: replay, name: name, limits: limits)
      source = RecordingSource(file, to: replay)
    } else {
      file = try FileSource(path: path, limits: limits)
      source = file
    }
    let peeked = try PeekedSource(source)
    self.source = try peeked.decompressed(name: name, limits: limits)
    isShort = (file.length ?? .max) <= Self.shortBytes && self.source === peeked
    plainPath = file.length != nil && self.source === peeked && path != "-" ? path : nil
  }

  /// A source once more: what an earlier scan has read of it, and then the rest.
  package init(
    replaying replay: ReplayFile, name: String, keys: ValueKeys? = nil, limits: ReadingLimits = .none
  ) throws(HistoryError) {
    self.name = name
    isShort = false
    plainPath = nil
    self.limits = limits
    self.keys = keys
    keyed = KeyedValues(keys)
    let source = ReplaySource(replay, then: FileSource(of: replay, name: name, limits: limits))
    self.source = try PeekedSource(source).decompressed(name: name, limits: limits)
  }

  /// Parses everything and hands the events over in blocks.
  ///
  /// - Parameter emit: takes a block, and the symbols as they are by then; false ends the scan.
  /// - Throws: `HistoryError`; a last line without a newline that does not parse is no error but a truncation.
  package mutating func scan(_ emit: ([CompactEvent], borrowing Symbols) -> Bool) throws(HistoryError) {
    var buffer = LineBuffer(capacity: Self.blockBytes)
    summary.format = try detectFormat(&buffer)
    keyed.isJepsens = summary.format != .jsonLines && summary.format != .jsonArray
    let isWhole: Bool
    switch summary.format {
    case .edn: isWhole = try scanForms(&buffer, emit)
    case .jsonArray: isWhole = try scanArray(&buffer, emit)
    case .jepsenStore: isWhole = try scanStore(&buffer, emit)
    case .jsonLines:
      var parser = JSONLinesParser()
      isWhole = try scanLines(&buffer, emit) { (start, end, symbols) throws(LineFailure) in
        try parser.parse(start, end: end, symbols: &symbols)
      }
    case .textLog:
      var parser = TextLogParser()
      isWhole = try scanLines(&buffer, emit) { (start, end, symbols) throws(LineFailure) in
        try parser.parse(start, end: end, symbols: &symbols)
      }
    }
    guard isWhole, summary.events == 0 else { return }
    let found: String
    if let line = summary.truncatedLine {
      found = line == 1 ? "half a record" : "half a record in line \(line)"
    } else {
      found = line == 1 && buffer.filled.isEmpty ? "an empty file" : "none"
    }
    throw .malformed(file: name, line: summary.truncatedLine ?? 1, expected: Self.anyEvent, found: found)
  }

  private static let anyEvent =
    "a history: JSON Lines, a JSON array, EDN operation maps, or Jepsen's log, history.txt or test.jepsen"

  /// Reads on, into room for at least half a block.
  ///
  /// - Returns: how much came; 0 is the end.
  mutating func fill(_ buffer: inout LineBuffer) throws(HistoryError) -> Int {
    try limits.check(adding: buffer.growth(for: Self.blockBytes / 2), file: name)
    let count = try source.read(into: buffer.space(atLeast: Self.blockBytes / 2))
    buffer.advance(count)
    return count
  }

  /// Emits a block unless it is empty. - Returns: false when no more is wanted.
  mutating func send(
    _ block: [CompactEvent], _ emit: ([CompactEvent], borrowing Symbols) -> Bool
  ) -> Bool {
    summary.events += block.count
    return block.isEmpty || emit(block, symbols)
  }

  func malformed(_ failure: LineFailure, line: Int) -> HistoryError {
    .malformed(file: name, line: line, expected: failure.expected, found: failure.found)
  }

  /// Reads until the format shows, and steps over a byte order mark and over blanks.
  private mutating func detectFormat(_ buffer: inout LineBuffer) throws(HistoryError) -> HistoryFormat {
    var isFirst = true
    while true {
      let isAtEnd = try fill(&buffer) == 0
      if isFirst, buffer.filled.count >= ForeignContent.bytesNeeded || isAtEnd {
        if let foreign = ForeignContent.name(buffer.filled) {
          throw .malformed(file: name, line: 1, expected: "a history", found: foreign)
        }
        if buffer.filled.starts(with: Self.byteOrderMark) { buffer.consume(Self.byteOrderMark.count) }
        isFirst = false
      }
      if !isFirst {
        let blanks = buffer.filled.prefix { $0 <= 0x20 }
        line += blanks.count { $0 == 0x0A }
        buffer.consume(blanks.count)
        if let format = HistoryFormat(detecting: buffer.filled) { return format }
      }
      // Nothing, or the beginning of a record whose run was killed.
      if isAtEnd { return .jsonLines }
    }
  }

  private mutating func scanLines(
    _ buffer: inout LineBuffer, _ emit: ([CompactEvent], borrowing Symbols) -> Bool,
    _ parse: (UnsafePointer<UInt8>, UnsafePointer<UInt8>, inout Symbols) throws(LineFailure) -> ParsedEvent?
  ) throws(HistoryError) -> Bool {
    var atEnd = false
    // Out of `self`, from where every line would take a copy.
    let limits = limits
    while true {
      let lines = atEnd ? buffer.rest : buffer.completeLines()
      if let lines, var start = lines.baseAddress {
        var block: [CompactEvent] = []
        block.reserveCapacity(lines.count / 64 + 1)
        let end = start + lines.count
        while start < end {
          let next = Self.newline(from: start, to: end)
          try limits.check(parsing: next - start, file: name)
          do throws(LineFailure) {
            if let event = try parse(start, next, &symbols) {
              try keyed.add(event, to: &block, symbols: &symbols)
            }
          } catch {
            let record = UnsafeBufferPointer(start: start, count: next - start)
            guard atEnd, next == end, isCutShort(record) else { throw malformed(error, line: line) }
            summary.truncatedLine = line
          }
          start = next + 1
          line += 1
        }
        if !send(block, emit) { return false }
        if !atEnd { buffer.consume(lines.count) }
      }
      if atEnd {
        var block: [CompactEvent] = []
        do throws(LineFailure) {
          try keyed.finish(&block, symbols: &symbols)
        } catch {
          throw malformed(error, line: line)
        }
        return send(block, emit)
      }
      buffer.consumeBlanks()
      atEnd = try fill(&buffer) == 0
    }
  }

  /// The first newline; one always stands at the end, or right behind it.
  @inline(__always)
  private static func newline(from start: UnsafePointer<UInt8>, to end: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
    guard let found = memchr(start, 0x0A, end - start) else { return end }
    return UnsafePointer(found.assumingMemoryBound(to: UInt8.self))
  }

  /// Whether a last line without a newline is one that was not written to its end.
  private func isCutShort(_ record: UnsafeBufferPointer<UInt8>) -> Bool {
    summary.format != .jsonLines || JSONArraySplitter.isCutShort(record)
  }
}
