import History

/// The options of a check.
public struct CheckOptions: Sendable, Hashable {
  /// What a failed compare-and-set means.
  public enum FailedCas: String, Sendable, Hashable, Codable, CaseIterable {
    /// Certainly not done, and nothing else is known.
    case notDone = "not-done"
    /// It saw a value other than the one it expected: it is a read of "not that".
    case sawAnother = "saw-another"
  }

  /// `nil`: guessed from the operations.
  public var model: Model?
  /// `nil`: saw-another for Jepsen's text log, whose clients mean that; not-done elsewhere.
  public var failedCas: FailedCas?
  /// The wall clock time after which undecided keys are unknown; `nil`: no limit.
  public var timeout: Duration?
  /// The resident memory past which undecided keys are unknown, in bytes; `nil`: no limit.
  public var memoryLimitBytes: Int?
  /// Threads to use; `nil`: one a core.
  public var threads: Int?
  /// The longest time for which a cached read may be behind; `nil`: cached reads may be of any age.
  public var cacheTimeToLive: Duration?
  /// Whether values are pairs `[key value]`; `nil`: where the history shows it.
  public var keys: ValueKeys?
  /// What the object is before the first write; `nil`: absent, of a counter 0.
  public var initial: Value?
  /// Whether answers of operations that change the object only say that they were done. Otherwise an answer makes the
  /// key unknown unless it is empty, the given value, or an earlier value.
  public var ignoresAnswers = false

  /// Without arguments: no limits, everything else as the history suggests.
  public init(
    model: Model? = nil, failedCas: FailedCas? = nil, timeout: Duration? = nil, memoryLimitBytes: Int? = nil,
    threads: Int? = nil, cacheTimeToLive: Duration? = nil, keys: ValueKeys? = nil, initial: Value? = nil,
    ignoresAnswers: Bool = false
  ) {
    self.model = model
    self.failedCas = failedCas
    self.timeout = timeout
    self.memoryLimitBytes = memoryLimitBytes
    self.threads = threads
    self.cacheTimeToLive = cacheTimeToLive
    self.keys = keys
    self.initial = initial
    self.ignoresAnswers = ignoresAnswers
  }
}
