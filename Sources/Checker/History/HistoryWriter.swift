import RecordFile
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Appends the events of a run to a file as JSON Lines while the run goes on.
///
/// One lock gives an event its index and its time and writes it, so the file's order is the order of the times, and
/// every event is with the operating system before `append` returns: a killed process leaves a history that can still
/// be checked. An event that a full disk cut off is removed, so no later event continues its line.
public final class HistoryWriter: Sendable {
  private struct State {
    /// `nil` when closed.
    var file: RecordFile?
    var count = 0
    var line = EventLine()
  }

  /// Where the history is written.
  public let path: String
  private let start: ContinuousClock.Instant
  private let observer: (@Sendable (Event) -> Void)?
  private let state: Mutex<State>

  /// Creates the file, or truncates it.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - start: the instant from which times count; share it with whatever else is put on the same time axis.
  ///   - observer: called with every event, in the file's order, under the writer's lock: it must be quick and must
  ///     not append. The way to feed a checker while the run goes on.
  /// - Throws: `HistoryError.inputOutput`.
  public convenience init(
    path: String, startingAt start: ContinuousClock.Instant = .now, observer: (@Sendable (Event) -> Void)? = nil
  ) throws(HistoryError) {
    try self.init(path: path, startingAt: start, observer: observer, write: nil)
  }

  /// - Parameter write: in place of the system's, for tests.
  init(
    path: String, startingAt start: ContinuousClock.Instant, observer: (@Sendable (Event) -> Void)?,
    write: RecordFile.Write?
  ) throws(HistoryError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw .inputOutput(file: path, action: "create", reason: String(cString: strerror(errno)))
    }
    self.path = path
    self.start = start
    self.observer = observer
    self.state = Mutex(State(file: RecordFile(descriptor: descriptor, write: write)))
  }

  deinit {
    state.withLock { state in
      if let file = state.file { _ = Self.closing(file.descriptor) }
    }
  }

  /// Nanoseconds since the start, on the clock that stamps the events.
  public var elapsedNanoseconds: Int64 { Self.nanoseconds(start.duration(to: .now)) }

  /// Events written so far.
  public var count: Int { state.withLock { $0.count } }

  /// Writes one event. Its `index` and `timeNanoseconds` are replaced: the writer assigns them.
  ///
  /// - Returns: the event as it was written.
  /// - Throws: `HistoryError.inputOutput`, also after `close()`.
  @discardableResult
  public func append(_ event: Event) throws(HistoryError) -> Event {
    let result: Result<Event, HistoryError> = state.withLock { state in
      guard state.file != nil else {
        return .failure(.inputOutput(file: path, action: "write to", reason: "the history is closed"))
      }
      var event = event
      event.index = state.count
      event.timeNanoseconds = elapsedNanoseconds
      state.line.removeAll()
      state.line.append(event)
      do throws(RecordFile.Failure) {
        try state.file?.append(state.line.bytes)
      } catch {
        return .failure(.inputOutput(file: path, action: "write to", reason: error.reason))
      }
      state.count += 1
      observer?(event)
      return .success(event)
    }
    return try result.get()
  }

  /// Writes one event from its parts; see `append(_:)`.
  @discardableResult
  public func append(
    process: Event.Process, kind: Event.Kind, function: String, key: String? = nil, value: Value = .null,
    version: Int64? = nil, operation: String? = nil, error: String? = nil, level: String? = nil
  ) throws(HistoryError) -> Event {
    try append(
      Event(
        index: 0, timeNanoseconds: 0, process: process, kind: kind, function: function, key: key, value: value,
        version: version, operation: operation, error: error, level: level))
  }

  /// Closes the file. More calls do nothing.
  public func close() throws(HistoryError) {
    let reason: String? = state.withLock { state in
      guard let file = state.file else { return nil }
      defer { state.file = nil }
      return Self.closing(file.descriptor) == 0 ? nil : String(cString: strerror(errno))
    }
    if let reason { throw .inputOutput(file: path, action: "close", reason: reason) }
  }

  private static func closing(_ descriptor: Int32) -> Int32 {
    #if canImport(Glibc)
      Glibc.close(descriptor)
    #else
      Darwin.close(descriptor)
    #endif
  }

  private static func nanoseconds(_ duration: Duration) -> Int64 {
    let parts = duration.components
    return parts.seconds * 1_000_000_000 + parts.attoseconds / 1_000_000_000
  }
}
