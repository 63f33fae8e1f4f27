/// The limits of reading: checked before every read and before memory is allocated for a long line.
package struct ReadingLimits: Sendable {
  /// When reading ends, wherever it is: also while nothing comes.
  package var deadline: ContinuousClock.Instant?
  /// All the memory that there is; `nil`: no limit.
  package var memoryBytes: Int?
  /// Whether this many more bytes still fit.
  package var hasRoom: @Sendable (_ bytes: Int) -> Bool

  package init(
    deadline: ContinuousClock.Instant? = nil, memoryBytes: Int? = nil,
    hasRoom: @escaping @Sendable (_ bytes: Int) -> Bool = { _ in true }
  ) {
    self.deadline = deadline
    self.memoryBytes = memoryBytes
    self.hasRoom = hasRoom
  }

  package static let none = ReadingLimits()

  /// - Parameter bytes: what is about to be taken besides.
  func check(adding bytes: Int, file: String) throws(HistoryError) {
    if let deadline, ContinuousClock.now >= deadline { throw .limitReached(file: file, .time) }
    if !hasRoom(bytes) { throw .limitReached(file: file, .memory) }
  }

  /// A record of at least this size is asked for before it is parsed.
  static let longRecordBytes = 1 << 18

  /// What parsing a long record may take: lists of short values are the worst.
  func check(parsing bytes: Int, file: String) throws(HistoryError) {
    guard bytes >= Self.longRecordBytes else { return }
    // A length that damaged data claim may be anything.
    try check(adding: min(bytes, 1 << 50) * 16, file: file)
  }
}
