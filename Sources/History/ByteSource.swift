#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Where the bytes of a history come from.
protocol ByteSource: AnyObject {
  /// Fills `buffer` from its start with at least one byte; 0 means the end.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(HistoryError) -> Int
}

/// A file or standard input, closed when it is no longer needed.
final class FileSource: ByteSource {
  private let descriptor: Int32
  private let name: String
  private let owned: Bool

  /// - Parameter path: `-` is standard input.
  init(path: String) throws(HistoryError) {
    if path == "-" {
      (descriptor, name, owned) = (0, "standard input", false)
      return
    }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw .inputOutput(file: path, action: "open", reason: String(cString: strerror(errno)))
    }
    (self.descriptor, name, owned) = (descriptor, path, true)
  }

  deinit {
    if owned { _ = close(descriptor) }
  }

  /// Bytes of a regular file; `nil` for anything whose length does not show.
  var length: Int? {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(status.st_size)
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(HistoryError) -> Int {
    while true {
      #if canImport(Glibc)
        let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      #else
        let count = Darwin.read(descriptor, buffer.baseAddress, buffer.count)
      #endif
      if count >= 0 { return count }
      if errno != EINTR {
        throw .inputOutput(file: name, action: "read", reason: String(cString: strerror(errno)))
      }
    }
  }
}
