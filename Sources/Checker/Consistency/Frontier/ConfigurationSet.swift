/// The configurations of a search, without those that another one dominates.
///
/// A configuration is a row of words: the state, what is pending (obligations not yet met), what is available (writes
/// that may still be used), and how many operations of each class without an end have been used. One row dominates
/// another of the same state when it has no obligation that the other lacks, everything that the other has available,
/// and has used no more: whatever the other can still explain, it can too.
///
/// Rows live in chunks, so that memory grows in small steps and a limit can be kept. No method calls out while it
/// changes the set, so accesses cannot overlap, and the innermost loops are spared the checks for that.
final class ConfigurationSet {
  let words: Int
  let classes: Int
  let stride: Int
  /// Rows that are alive.
  @exclusivity(unchecked) private(set) var count = 0
  /// Rows inserted since the last `removeAll`; some may have been dominated since.
  @exclusivity(unchecked) private(set) var rowCount = 0
  /// Comparisons of rows ever made: the measure of the time that passes.
  @exclusivity(unchecked) private(set) var comparisons = 0

  @exclusivity(unchecked) private var chunks: [UnsafeMutablePointer<UInt64>] = []
  @exclusivity(unchecked) private var alive: [Bool] = []
  /// The rows of one state are chained, the newest first.
  @exclusivity(unchecked) private var heads: [Int32] = []
  @exclusivity(unchecked) private var nexts: [Int32] = []
  @exclusivity(unchecked) private var touched: [Int] = []
  /// Row + 1 by hash, to find a row that is there already; 0 is free. Only used past `comparisonLimit` rows.
  @exclusivity(unchecked) private var table: [Int32] = []

  private static let firstChunkRows = 64
  /// Rows of a chunk, as a power of two: about a megabyte.
  private let chunkBits: Int
  /// How many rows of its state a new row is compared with. Dominance saves work, and is not needed to be right.
  private static let comparisonLimit = 256

  init(words: Int, classes: Int) {
    self.words = words
    self.classes = classes
    stride = 1 + 2 * words + classes
    chunkBits = max(4, 18 - (Int.bitWidth - stride.leadingZeroBitCount))
  }

  deinit { for chunk in chunks { chunk.deallocate() } }

  func removeAll() {
    for state in touched { heads[state] = -1 }
    touched.removeAll(keepingCapacity: true)
    alive.removeAll(keepingCapacity: true)
    nexts.removeAll(keepingCapacity: true)
    if !table.isEmpty { table = [] }
    (count, rowCount) = (0, 0)
  }

  /// The bytes by which the bookkeeping of the rows is about to jump: arrays grow by doubling.
  var growthBytes: Int {
    let soon = rowCount + 1 << 15
    var bytes = 0
    if soon * 2 > table.count { bytes += soon * 4 * MemoryLayout<Int32>.stride }
    if soon > nexts.capacity { bytes += soon * 2 * MemoryLayout<Int32>.stride }
    return bytes
  }

  func isAlive(_ row: Int) -> Bool { alive[row] }

  /// A row's words; valid until the set changes.
  @inline(__always)
  func row(_ row: Int) -> UnsafeMutablePointer<UInt64> {
    guard row >= Self.firstChunkRows else { return chunks[0] + row * stride }
    let place = row - Self.firstChunkRows
    return chunks[1 + place >> chunkBits] + (place & (1 << chunkBits - 1)) * stride
  }

  func copy(_ place: Int, into buffer: UnsafeMutableBufferPointer<UInt64>) {
    let words = row(place)
    for index in 0..<stride { buffer[index] = words[index] }
  }

  /// - Returns: whether the row is new; not if an equal or better one is known to be there.
  @discardableResult
  func insert(_ row: UnsafeBufferPointer<UInt64>) -> Bool {
    guard let words = row.baseAddress else { return false }
    let state = Int(words[0])
    while heads.count <= state { heads.append(-1) }
    if !table.isEmpty, contains(words) { return false }
    var place = heads[state]
    var left = Self.comparisonLimit
    while place >= 0, left > 0 {
      left -= 1
      let index = Int(place)
      if alive[index] {
        switch compare(self.row(index), words) {
        case .dominates: return false
        case .isDominated:
          alive[index] = false
          count -= 1
        case .neither: break
        }
      }
      place = nexts[index]
    }
    append(words, state: state)
    return true
  }

  private func append(_ words: UnsafePointer<UInt64>, state: Int) {
    let place = rowCount
    if place == 0, chunks.isEmpty {
      chunks.append(.allocate(capacity: Self.firstChunkRows * stride))
    } else if place >= Self.firstChunkRows {
      let chunk = 1 + (place - Self.firstChunkRows) >> chunkBits
      if chunk == chunks.count { chunks.append(.allocate(capacity: stride << chunkBits)) }
    }
    rowCount += 1
    count += 1
    row(place).update(from: words, count: stride)
    alive.append(true)
    if heads[state] < 0 { touched.append(state) }
    nexts.append(heads[state])
    heads[state] = Int32(place)
    guard rowCount > Self.comparisonLimit else { return }
    if rowCount * 2 > table.count { rehash() } else { enter(place) }
  }

  // MARK: Dominance

  private enum Relation { case dominates, isDominated, neither }

  /// How one row relates to another of the same state.
  private func compare(_ own: UnsafePointer<UInt64>, _ other: UnsafePointer<UInt64>) -> Relation {
    comparisons &+= 1
    var dominates = true
    var isDominated = true
    for index in 1..<(1 + words) {
      if own[index] & ~other[index] != 0 { dominates = false }
      if other[index] & ~own[index] != 0 { isDominated = false }
    }
    for index in (1 + words)..<(1 + 2 * words) {
      if other[index] & ~own[index] != 0 { dominates = false }
      if own[index] & ~other[index] != 0 { isDominated = false }
    }
    for index in (1 + 2 * words)..<stride {
      if own[index] > other[index] { dominates = false }
      if other[index] > own[index] { isDominated = false }
    }
    return dominates ? .dominates : isDominated ? .isDominated : .neither
  }

  // MARK: Equal rows

  private func contains(_ words: UnsafePointer<UInt64>) -> Bool {
    let mask = table.count - 1
    var slot = hash(words) & mask
    while table[slot] != 0 {
      comparisons &+= 1
      let candidate = row(Int(table[slot]) - 1)
      var isEqual = true
      for index in 0..<stride where candidate[index] != words[index] {
        isEqual = false
        break
      }
      if isEqual { return true }
      slot = (slot + 1) & mask
    }
    return false
  }

  private func enter(_ place: Int) {
    let mask = table.count - 1
    var slot = hash(row(place)) & mask
    while table[slot] != 0 { slot = (slot + 1) & mask }
    table[slot] = Int32(place + 1)
  }

  private func rehash() {
    var size = 1024
    while size < rowCount * 4 { size *= 2 }
    table = []
    table = Array(repeating: 0, count: size)
    for place in 0..<rowCount { enter(place) }
  }

  private func hash(_ words: UnsafePointer<UInt64>) -> Int {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    for index in 0..<stride {
      let product = (state ^ words[index]).multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
      state = product.high ^ product.low
    }
    return Int(truncatingIfNeeded: state & (1 << 62 - 1))
  }

  // MARK: The whole set

  /// Drops the dead rows, so that positions are dense again.
  func compact() {
    guard count < rowCount else { return }
    let total = rowCount
    let wasAlive = alive
    removeAll()
    for place in 0..<total where wasAlive[place] {
      // Rows only move towards the front.
      let words = row(place)
      append(words, state: Int(words[0]))
    }
  }

  /// Changes every row in place. The state must stay.
  func update(_ body: (UnsafeMutablePointer<UInt64>) -> Void) {
    table = []
    for place in 0..<rowCount { body(row(place)) }
  }
}
