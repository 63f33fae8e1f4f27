#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A byte buffer from which whole lines are taken; a newline always stands behind the last filled byte.
struct LineBuffer: ~Copyable {
  private var memory: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private var start = 0
  private var end = 0
  /// No newline stands between `start` and this.
  private var searched = 0

  init(capacity: Int) {
    self.capacity = capacity + 1
    memory = Self.resize(nil, to: capacity + 1)
  }

  deinit { free(memory) }

  /// So large a block is moved by the system page by page, and never there twice.
  private static func resize(_ memory: UnsafeMutablePointer<UInt8>?, to bytes: Int) -> UnsafeMutablePointer<UInt8> {
    guard let block = realloc(memory, bytes) else { fatalError("no memory for a buffer of \(bytes) bytes") }
    return block.assumingMemoryBound(to: UInt8.self)
  }

  /// The bytes that `space(atLeast:)` will need besides those that it has.
  func growth(for wanted: Int) -> Int {
    capacity - 1 - (end - start) < wanted ? max(capacity * 2, end - start + wanted + 1) - capacity : 0
  }

  /// Room to read into. Moves the unconsumed bytes to the front, and grows when a single line fills the buffer.
  mutating func space(atLeast wanted: Int) -> UnsafeMutableRawBufferPointer {
    if start > 0 {
      memmove(memory, memory + start, end - start)
      end -= start
      searched = max(0, searched - start)
      start = 0
    }
    let growth = growth(for: wanted)
    if growth > 0 {
      capacity += growth
      memory = Self.resize(memory, to: capacity)
    }
    return UnsafeMutableRawBufferPointer(start: memory + end, count: capacity - 1 - end)
  }

  mutating func advance(_ count: Int) {
    end += count
    memory[end] = 0x0A
  }

  var filled: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: memory + start, count: end - start) }

  /// The filled bytes up to and with the last newline, to be consumed before the next call; `nil` while there is none.
  mutating func completeLines() -> UnsafeBufferPointer<UInt8>? {
    var last = end
    let limit = max(start, searched)
    while last > limit, memory[last - 1] != 0x0A { last -= 1 }
    // What is found now is consumed before the next call.
    searched = end
    guard last > limit else { return nil }
    return UnsafeBufferPointer(start: memory + start, count: last - start)
  }

  /// What is left without a newline of its own; `nil` when nothing is.
  var rest: UnsafeBufferPointer<UInt8>? { start == end ? nil : filled }

  mutating func consume(_ count: Int) { start += count }

  /// Drops spaces, tabs and returns from the front, which say nothing in any format.
  mutating func consumeBlanks() {
    while start < end, memory[start] == 0x20 || memory[start] == 0x09 || memory[start] == 0x0D { start += 1 }
  }
}
