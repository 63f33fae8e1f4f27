#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Writes events that already have their index and time, such as a generated history, a block at a time.
///
/// For a run as it goes on there is `HistoryWriter`, which stamps the events and holds nothing back.
public final class HistoryFile {
  private let path: String
  private var descriptor: Int32
  private var lines = EventLine()

  /// Creates the file, or truncates it.
  public init(path: String) throws(HistoryError) {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw .inputOutput(file: path, action: "create", reason: String(cString: strerror(errno)))
    }
  }

  deinit {
    if descriptor >= 0 { _ = Self.closing(descriptor) }
  }

  /// Adds an event; what it becomes may be written later, with others.
  public func append(_ event: Event) throws(HistoryError) {
    lines.append(event)
    if lines.bytes.count > 1 << 20 { try flush() }
  }

  /// Writes what is left and closes the file.
  public func close() throws(HistoryError) {
    try flush()
    guard descriptor >= 0, Self.closing(descriptor) == 0 else {
      throw .inputOutput(file: path, action: "close", reason: String(cString: strerror(errno)))
    }
    descriptor = -1
  }

  private static func closing(_ descriptor: Int32) -> Int32 {
    #if canImport(Glibc)
      Glibc.close(descriptor)
    #else
      Darwin.close(descriptor)
    #endif
  }

  private func flush() throws(HistoryError) {
    var offset = 0
    while offset < lines.bytes.count {
      let written = lines.bytes.withUnsafeBytes {
        write(descriptor, $0.baseAddress.map { $0 + offset }, $0.count - offset)
      }
      guard written > 0 else {
        throw .inputOutput(file: path, action: "write to", reason: String(cString: strerror(errno)))
      }
      offset += written
    }
    lines.removeAll()
  }
}
