/// A growing buffer whose bytes stay where they are until the next change, so that a parser can lend them out.
final class ScratchBytes {
  private var memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 256)
  private var count = 0

  deinit { memory.deallocate() }

  /// Valid until the next `append` or `removeAll`.
  var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: memory[..<count]) }

  func removeAll() { count = 0 }

  func append(_ byte: UInt8) {
    reserve(1)
    memory[count] = byte
    count += 1
  }

  func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    reserve(bytes.count)
    for byte in bytes {
      memory[count] = byte
      count += 1
    }
  }

  private func reserve(_ more: Int) {
    guard count + more > memory.count else { return }
    let larger = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(memory.count * 2, count + more))
    _ = larger.update(fromContentsOf: memory[..<count])
    memory.deallocate()
    memory = larger
  }
}
