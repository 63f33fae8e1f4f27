/// A history as it was read.
public struct RecordedHistory: Sendable, Hashable {
  /// In the order of the file, which is the order of time; `index` is the position.
  public var events: [Event]
  /// What the content showed it to be.
  public var format: HistoryFormat
  /// The number of the last line when it was cut short (a killed run) and therefore left out.
  public var truncatedLine: Int?

  /// A history of these events.
  public init(events: [Event], format: HistoryFormat = .jsonLines, truncatedLine: Int? = nil) {
    self.events = events
    self.format = format
    self.truncatedLine = truncatedLine
  }
}

extension RecordedHistory {
  /// Reads a history of any format that `HistoryFormat` names, plain or compressed.
  ///
  /// - Parameter path: a file; `-` is standard input.
  /// - Throws: `HistoryError`, with file, line and what was expected there.
  public init(path: String) throws(HistoryError) {
    var scanner = try HistoryScanner(path: path)
    var compact: [CompactEvent] = []
    try scanner.scan { block, _ in
      compact.append(contentsOf: block)
      return true
    }
    let symbols = scanner.symbols
    self.init(
      events: compact.enumerated().map { symbols.event($1, index: $0) }, format: scanner.summary.format,
      truncatedLine: scanner.summary.truncatedLine)
  }
}
