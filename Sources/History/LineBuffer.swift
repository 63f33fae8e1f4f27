#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A byte buffer from which whole lines are taken; a newline always stands behind the last filled byte.
struct LineBuffer: ~Copyable {
  private var memory: UnsafeMutableBufferPointer<UInt8>
  private var start = 0
  private var end = 0

  init(capacity: Int) {
    memory = .allocate(capacity: capacity + 1)
  }

  deinit { memory.deallocate() }

  /// Room to read into. Moves the unconsumed bytes to the front, and grows when a single line fills the buffer.
  mutating func space(atLeast wanted: Int) -> UnsafeMutableRawBufferPointer {
    if start > 0, let base = memory.baseAddress {
      memmove(base, base + start, end - start)
      end -= start
      start = 0
    }
    if memory.count - 1 - end < wanted {
      let larger = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(memory.count * 2, end + wanted + 1))
      _ = larger.update(fromContentsOf: memory[..<end])
      memory.deallocate()
      memory = larger
    }
    return UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(memory)[end..<(memory.count - 1)])
  }

  mutating func advance(_ count: Int) {
    end += count
    memory[end] = 0x0A
  }

  var filled: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: memory[start..<end]) }

  /// The filled bytes up to and with the last newline; `nil` while there is none.
  var completeLines: UnsafeBufferPointer<UInt8>? {
    var last = end
    while last > start, memory[last - 1] != 0x0A { last -= 1 }
    return last == start ? nil : UnsafeBufferPointer(rebasing: memory[start..<last])
  }

  /// What is left without a newline of its own; `nil` when nothing is.
  var rest: UnsafeBufferPointer<UInt8>? { start == end ? nil : filled }

  mutating func consume(_ count: Int) { start += count }
}
