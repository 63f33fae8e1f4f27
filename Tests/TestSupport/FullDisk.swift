import Glibc
import Synchronization

/// A disk that is full after a given number of bytes.
public final class FullDisk: Sendable {
  private let left = Mutex<Int?>(nil)

  /// Empty: it takes whatever comes.
  public init() {}

  /// - Parameter bytes: how many it still takes; `nil`: any number.
  public func leave(_ bytes: Int?) { left.withLock { $0 = bytes } }

  @Sendable public func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
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
