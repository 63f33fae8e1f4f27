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
  private let limits: ReadingLimits

  /// - Parameters:
  ///   - path: `-` is standard input.
  ///   - limits: with a deadline, what gives nothing is not waited for any longer.
  init(path: String, limits: ReadingLimits = .none) throws(HistoryError) {
    self.limits = limits
    if path == "-" {
      (descriptor, name, owned) = (0, "standard input", false)
      return
    }
    descriptor = try Self.descriptor(path, limits: limits)
    (name, owned) = (path, true)
  }

  /// The source that a replay file keeps open.
  init(of replay: ReplayFile, name: String, limits: ReadingLimits) {
    self.limits = limits
    (descriptor, self.name, owned) = (replay.input, name, false)
  }

  /// A file descriptor, which the caller must close.
  static func descriptor(_ path: String, limits: ReadingLimits = .none) throws(HistoryError) -> Int32 {
    // A pipe that no process has opened to write is not waited for here either.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | (limits.deadline == nil ? 0 : O_NONBLOCK))
    guard descriptor >= 0 else {
      throw .inputOutput(file: path, action: "open", reason: String(cString: strerror(errno)))
    }
    return descriptor
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
      try waitForBytes()
      #if canImport(Glibc)
        let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      #else
        let count = Darwin.read(descriptor, buffer.baseAddress, buffer.count)
      #endif
      if count >= 0 { return count }
      if errno != EINTR, errno != EAGAIN {
        throw .inputOutput(file: name, action: "read", reason: String(cString: strerror(errno)))
      }
    }
  }

  /// Waits until there is something to read, or the end, or no more time.
  private func waitForBytes() throws(HistoryError) {
    guard let deadline = limits.deadline else { return }
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    while true {
      let left = (deadline - .now) / .milliseconds(1)
      guard left > 0 else { throw .limitReached(file: name, .time) }
      let count = poll(&entry, 1, Int32(min(left.rounded(.up), 1e9)))
      if count > 0 || count < 0 && errno != EINTR { return }
    }
  }
}
