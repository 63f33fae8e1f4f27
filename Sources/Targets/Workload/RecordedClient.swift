import History

/// An operation that a client can be asked to perform.
public protocol RecordableOperation: Sendable {
  /// How a history names it: function, key, value, operation id and level. Who performs it, and when, is left open.
  var invocation: Event { get }
}

/// Where the events of clients go: a file of the run, or the output of a container.
public protocol HistorySink: Sendable {
  /// Gives the event its index and time, and writes it before it returns.
  func append(_ event: Event)
}

/// Performs operations one at a time and records each: the invocation before it is sent, the completion when it is
/// known.
///
/// A process whose operation has an unknown outcome may still act, so its client continues under a new number: client c
/// is the processes c, c + stride, c + 2 stride, ….
public struct RecordedClient: Sendable {
  private let sink: any HistorySink
  private let stride: Int
  private let level: String?
  public private(set) var process: Int

  /// - Parameters:
  ///   - stride: more than the number of clients that write into one history.
  ///   - level: how the history names the level of all operations; `nil`: by each operation's own.
  public init(sink: any HistorySink, process: Int, stride: Int, level: String? = nil) {
    self.sink = sink
    self.process = process
    self.stride = stride
    self.level = level
  }

  /// - Parameter send: performs it, once.
  public mutating func perform(
    _ operation: some RecordableOperation, _ send: () async -> Completion
  ) async -> Completion {
    var event = operation.invocation
    event.process = .client(process)
    let ownLevel = event.level
    if let level { event.level = level }
    sink.append(event)
    let completion = await send()
    event.kind = completion.outcome.eventKind
    event.value = completion.value ?? event.value
    event.version = completion.version
    event.error = completion.error
    // A history without levels does not say what is pending.
    if completion.isPending, level == nil, ownLevel != nil { event.level = "pending" }
    sink.append(event)
    if completion.outcome == .unknown { process += stride }
    return completion
  }
}
