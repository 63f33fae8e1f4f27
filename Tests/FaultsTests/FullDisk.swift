import Glibc
import Synchronization

/// A disk on which only so many bytes are left.
final class FullDisk: Sendable {
  private let left = Mutex<Int?>(nil)

  /// - Parameter bytes: `nil` for as many as one likes.
  func leave(_ bytes: Int?) { left.withLock { $0 = bytes } }

  @Sendable func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    left.withLock { left in
      let count = min(bytes.count, left ?? bytes.count)
      guard count > 0 else {
        errno = ENOSPC
        return -1
      }
      let written = Glibc.write(descriptor, bytes.baseAddress, count)
      left = left.map { $0 - written }
      return written
    }
  }
}
