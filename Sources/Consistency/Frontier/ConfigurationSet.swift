/// The configurations of a search, without those that another one dominates.
///
/// A configuration is a row of words: the state, what is pending (obligations not yet met), what is available (writes
/// that may still be used), and how many operations of each class without an end have been used. One row dominates
/// another of the same state when it has no obligation that the other lacks, everything that the other has available,
/// and has used no more: whatever the other can still explain, it can too.
struct ConfigurationSet {
  let words: Int
  let classes: Int
  let stride: Int
  private(set) var rows: [UInt64] = []
  private(set) var count = 0
  private var isAlive: [Bool] = []
  /// The rows of one state are chained.
  private var heads: [Int32]
  private var nexts: [Int32] = []
  private var touched: [Int] = []

  init(words: Int, classes: Int, states: Int = 1) {
    self.words = words
    self.classes = classes
    stride = 1 + 2 * words + classes
    heads = Array(repeating: -1, count: states)
  }

  mutating func removeAll() {
    rows.removeAll(keepingCapacity: true)
    isAlive.removeAll(keepingCapacity: true)
    nexts.removeAll(keepingCapacity: true)
    for state in touched { heads[state] = -1 }
    touched.removeAll(keepingCapacity: true)
    count = 0
  }

  var bytes: Int { rows.capacity * 8 + isAlive.capacity + nexts.capacity * 4 }

  /// Rows ever inserted since the last `removeAll`; some may have been dominated since.
  var rowCount: Int { nexts.count }
  func isAlive(_ row: Int) -> Bool { isAlive[row] }

  /// - Returns: whether the row is new; not if an equal or better one is there.
  @discardableResult
  mutating func insert(_ row: UnsafeBufferPointer<UInt64>) -> Bool {
    let state = Int(row[0])
    while heads.count <= state { heads.append(-1) }
    var place = heads[state]
    while place >= 0 {
      let index = Int(place)
      if isAlive[index] {
        switch compare(index * stride, row) {
        case .dominates: return false
        case .isDominated:
          isAlive[index] = false
          count -= 1
        case .neither: break
        }
      }
      place = nexts[index]
    }
    if heads[state] < 0 { touched.append(state) }
    rows.append(contentsOf: row)
    isAlive.append(true)
    nexts.append(heads[state])
    heads[state] = Int32(nexts.count - 1)
    count += 1
    return true
  }

  private enum Relation { case dominates, isDominated, neither }

  /// How the row that starts at `base` relates to another of the same state.
  private func compare(_ base: Int, _ row: UnsafeBufferPointer<UInt64>) -> Relation {
    var dominates = true
    var isDominated = true
    rows.withUnsafeBufferPointer { rows in
      for index in 1..<(1 + words) {
        let (own, other) = (rows[base + index], row[index])
        if own & ~other != 0 { dominates = false }
        if other & ~own != 0 { isDominated = false }
      }
      for index in (1 + words)..<(1 + 2 * words) {
        let (own, other) = (rows[base + index], row[index])
        if other & ~own != 0 { dominates = false }
        if own & ~other != 0 { isDominated = false }
      }
      for index in (1 + 2 * words)..<stride {
        let (own, other) = (rows[base + index], row[index])
        if own > other { dominates = false }
        if other > own { isDominated = false }
      }
    }
    return dominates ? .dominates : isDominated ? .isDominated : .neither
  }

  /// Drops the dead rows, so that positions are dense again. The chains are kept right.
  mutating func compact() {
    guard count < nexts.count else { return }
    var kept: [UInt64] = []
    kept.reserveCapacity(count * stride)
    for row in 0..<nexts.count where isAlive[row] {
      kept.append(contentsOf: rows[(row * stride)..<((row + 1) * stride)])
    }
    let total = count
    removeAll()
    for row in 0..<total {
      let state = Int(kept[row * stride])
      if heads[state] < 0 { touched.append(state) }
      isAlive.append(true)
      nexts.append(heads[state])
      heads[state] = Int32(row)
    }
    rows = kept
    count = total
  }

  /// Changes every row in place. States may change only if the caller empties the set next.
  mutating func update(_ body: (UnsafeMutableBufferPointer<UInt64>) -> Void) {
    let (stride, total) = (stride, nexts.count)
    rows.withUnsafeMutableBufferPointer { rows in
      for row in 0..<total {
        body(UnsafeMutableBufferPointer(rebasing: rows[(row * stride)..<((row + 1) * stride)]))
      }
    }
  }

  func word(_ word: Int, of row: Int) -> UInt64 { rows[row * stride + word] }

  func copy(_ row: Int, into buffer: UnsafeMutableBufferPointer<UInt64>) {
    let base = row * stride
    for index in 0..<stride { buffer[index] = rows[base + index] }
  }
}
