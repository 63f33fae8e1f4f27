#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A nameless temporary file that keeps what was read from a source that gives its bytes only once.
package final class ReplayFile: Sendable {
  let descriptor: Int32
  /// The source, which stays open for what is read of it later.
  let input: Int32

  /// - Parameter path: the source; `-` is standard input.
  package init(of path: String = "-", limits: ReadingLimits = .none) throws(HistoryError) {
    input = path == "-" ? 0 : try FileSource.descriptor(path, limits: limits)
    var template = Array("/tmp/kvchaos-history-XXXXXX".utf8CString)
    descriptor = mkstemp(&template)
    guard descriptor >= 0 else {
      throw .inputOutput(file: "/tmp", action: "create a temporary file in", reason: String(cString: strerror(errno)))
    }
    unlink(template)
  }

  deinit {
    _ = close(descriptor)
    if input != 0 { _ = close(input) }
  }

  /// Whether a path gives its bytes only once, as standard input and pipes do. What cannot be opened does not.
  package static func isNeeded(for path: String) -> Bool {
    var status = stat()
    return path == "-" || stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFREG
  }

  /// Writes bytes at the end.
  func append(_ bytes: UnsafeRawBufferPointer) throws(HistoryError) {
    var rest = bytes
    while !rest.isEmpty {
      let written = write(descriptor, rest.baseAddress, rest.count)
      if written < 0, errno == EINTR { continue }
      guard written > 0 else {
        throw .inputOutput(file: "/tmp", action: "keep the history in", reason: String(cString: strerror(errno)))
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[written...])
    }
  }
}

/// Reads a source and records every byte of it.
final class RecordingSource: ByteSource {
  private let source: any ByteSource
  private let file: ReplayFile

  init(_ source: any ByteSource, to file: ReplayFile) {
    self.source = source
    self.file = file
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(HistoryError) -> Int {
    let count = try source.read(into: buffer)
    try file.append(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count]))
    return count
  }
}

/// Gives what a replay file has from its beginning, and then the rest of its source.
final class ReplaySource: ByteSource {
  private let file: ReplayFile
  private let rest: any ByteSource
  private var offset: off_t = 0
  private var isReplayed = false

  init(_ file: ReplayFile, then rest: any ByteSource) {
    self.file = file
    self.rest = rest
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(HistoryError) -> Int {
    if !isReplayed {
      let count = pread(file.descriptor, buffer.baseAddress, buffer.count, offset)
      guard count >= 0 else {
        throw .inputOutput(file: "/tmp", action: "read the history from", reason: String(cString: strerror(errno)))
      }
      offset += off_t(count)
      if count > 0 { return count }
      isReplayed = true
    }
    return try rest.read(into: buffer)
  }
}
