#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file that whole records are appended to, or nothing: a record that could not be written to its end is taken back,
/// so that the next one never joins a broken line. Where that is not possible either, the file takes no more.
///
/// It borrows the descriptor: its owner closes it, and calls from one place at a time.
package struct RecordFile: Sendable {
  /// Why a record is not in the file.
  package struct Failure: Error, Sendable, CustomStringConvertible {
    /// `written`, `synced`.
    package var verb: String
    package var reason: String
    package var description: String { "cannot be \(verb): \(reason)" }
  }

  /// `write(2)`, or what a test has in its place: the bytes taken, or -1 and `errno`.
  package typealias Write = @Sendable (_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int

  package let descriptor: Int32
  private let write: Write
  /// The bytes of all whole records; `nil` where the file has no end to go back to, like a pipe.
  private var length: Int64?
  private var broken: Failure?

  /// - Parameter descriptor: open for writing, at its end.
  package init(descriptor: Int32, write: Write? = nil) {
    self.descriptor = descriptor
    self.write = write ?? { systemWrite($0, $1) }
    let end = lseek(descriptor, 0, SEEK_END)
    length = end < 0 ? nil : Int64(end)
  }

  /// Appends a record, and syncs it to the disk if told to.
  package mutating func append(_ record: [UInt8], synced: Bool = false) throws(Failure) {
    if let broken { throw broken }
    let (taken, failure) = record.withUnsafeBytes { bytes in Self.write(bytes, with: write, to: descriptor) }
    if let failure {
      if taken > 0 { takeBack(after: failure) }
      throw failure
    }
    if let length { self.length = length + Int64(taken) }
    if synced { try sync() }
  }

  /// What a failed sync has left on the disk is unknown: the file takes no more.
  package mutating func sync() throws(Failure) {
    guard fsync(descriptor) != 0 else { return }
    let failure = Failure(verb: "synced", reason: String(cString: strerror(errno)))
    broken = failure
    throw failure
  }

  private mutating func takeBack(after failure: Failure) {
    guard let length, ftruncate(descriptor, off_t(length)) == 0, lseek(descriptor, off_t(length), SEEK_SET) >= 0 else {
      broken = Failure(verb: failure.verb, reason: "an earlier record is incomplete (\(failure.reason))")
      return
    }
  }

  private static func write(
    _ bytes: UnsafeRawBufferPointer, with write: Write, to descriptor: Int32
  ) -> (taken: Int, failure: Failure?) {
    var taken = 0
    while taken < bytes.count {
      let count = write(descriptor, UnsafeRawBufferPointer(rebasing: bytes[taken...]))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        return (
          taken, Failure(verb: "written", reason: count < 0 ? String(cString: strerror(errno)) : "nothing was written")
        )
      }
      taken += count
    }
    return (taken, nil)
  }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  #if canImport(Glibc)
    Glibc.write(descriptor, bytes.baseAddress, bytes.count)
  #else
    Darwin.write(descriptor, bytes.baseAddress, bytes.count)
  #endif
}
