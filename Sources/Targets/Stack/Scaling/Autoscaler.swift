/// Decides the number of workers. A pure state machine: samples in, decisions out.
///
/// It scales up fast (twice as many) once delay or queue have been too high for a while without a break, and down
/// slowly, one by one, once both have been low in four samples of five for longer. Between the two thresholds nothing
/// happens; after each change it waits for a while; and after a step down that had to be reverted, it waits twice as
/// long before the next one.
public struct Autoscaler: Sendable {
  public struct Policy: Sendable, Hashable {
    public var minimum: Int
    public var maximum: Int
    /// At or above either of these, the workers are too few.
    public var highDelay: Duration
    public var highQueue: Int
    /// Below both of these, there may be too many.
    public var lowDelay: Duration
    public var lowQueue: Int
    /// How long they must have been too few before workers are added.
    public var upAfter: Duration
    /// How long there must have been too many, in four samples of five, before one is removed.
    public var downAfter: Duration
    /// How long nothing is changed after a change: new workers take over their queues and work off the backlog.
    public var settling: Duration
    /// A step up within this time after a step down reverts it.
    public var regretWindow: Duration

    /// - Precondition: `1 <= minimum <= maximum`, and every low threshold is below its high one: that is the
    ///   hysteresis.
    public init(
      minimum: Int = 1, maximum: Int = 4, highDelay: Duration = .milliseconds(500), highQueue: Int = 1_000,
      lowDelay: Duration = .milliseconds(200), lowQueue: Int = 100, upAfter: Duration = .seconds(4),
      downAfter: Duration = .seconds(20), settling: Duration = .seconds(8), regretWindow: Duration = .seconds(60)
    ) {
      precondition(1 <= minimum && minimum <= maximum, "the bounds are 1 at least, and in order")
      precondition(lowDelay < highDelay && lowQueue < highQueue, "a low threshold is below its high one")
      self.minimum = minimum
      self.maximum = maximum
      self.highDelay = highDelay
      self.highQueue = highQueue
      self.lowDelay = lowDelay
      self.lowQueue = lowQueue
      self.upAfter = upAfter
      self.downAfter = downAfter
      self.settling = settling
      self.regretWindow = regretWindow
    }
  }

  /// The observations at one moment.
  public struct Sample: Sendable, Hashable {
    /// Time since the start; never goes back.
    public var time: Duration
    public var workers: Int
    /// The 99th percentile of the time from acceptance to commit since the last sample; nil when nothing was committed.
    public var delay: Duration?
    /// Messages in the command queues; nil when no broker answered.
    public var queue: Int?

    public init(time: Duration, workers: Int, delay: Duration?, queue: Int?) {
      self.time = time
      self.workers = workers
      self.delay = delay
      self.queue = queue
    }
  }

  public enum Decision: Sendable, Hashable {
    case keep
    case scale(to: Int, reason: String)
  }

  private enum Load {
    case tooHigh(String)
    case low, between, unknown
  }

  private static let mostRegrets = 4

  public let policy: Policy
  private var highSince: Duration?
  /// Which samples were low since the last change, as far back as needed.
  private var recent: [(time: Duration, isLow: Bool)] = []
  private var lastChange: Duration?
  private var lastDown: Duration?
  /// How many consecutive steps down had to be reverted.
  private var regrets = 0

  public init(_ policy: Policy) {
    self.policy = policy
  }

  /// How long the load must have been low before a worker is removed: doubled by every step down that was reverted.
  var patience: Duration { policy.downAfter * (1 << regrets) }

  /// What follows from a sample. A decision to scale counts as carried out.
  public mutating func decide(_ sample: Sample) -> Decision {
    let allowed = min(max(sample.workers, policy.minimum), policy.maximum)
    if allowed != sample.workers {
      lastChange = sample.time
      return .scale(to: allowed, reason: "the bounds are \(policy.minimum) to \(policy.maximum)")
    }
    let load = load(of: sample)
    note(load, at: sample.time)
    if let lastDown, sample.time - lastDown > policy.regretWindow, regrets > 0 {
      // The step down was not reverted, so the next one is as quick as the first.
      regrets = 0
      self.lastDown = nil
    }
    if let lastChange, sample.time - lastChange < policy.settling { return .keep }
    switch load {
    case .tooHigh(let reason):
      guard let highSince, sample.time - highSince >= policy.upAfter, sample.workers < policy.maximum else {
        return .keep
      }
      if let lastDown, sample.time - lastDown <= policy.regretWindow { regrets = min(regrets + 1, Self.mostRegrets) }
      lastDown = nil
      return change(to: min(sample.workers * 2, policy.maximum), sample, reason)
    case .low:
      guard hasBeenLow(at: sample.time), sample.workers > policy.minimum else { return .keep }
      lastDown = sample.time
      return change(to: sample.workers - 1, sample, "delay and queue have been low for \(Self.text(patience))")
    case .between, .unknown: return .keep
    }
  }

  private mutating func change(to count: Int, _ sample: Sample, _ reason: String) -> Decision {
    lastChange = sample.time
    highSince = nil
    recent = []
    return .scale(to: count, reason: reason)
  }

  private mutating func note(_ load: Load, at time: Duration) {
    var isLow = false
    switch load {
    case .tooHigh: highSince = highSince ?? time
    case .low:
      highSince = nil
      isLow = true
    case .between, .unknown: highSince = nil
    }
    recent.append((time, isLow))
    while recent.count > 1, recent[1].time <= time - patience { recent.removeFirst() }
  }

  /// A single odd sample, such as every pause of a busy machine causes, does not restart the count.
  private func hasBeenLow(at time: Duration) -> Bool {
    guard let first = recent.first, time - first.time >= patience else { return false }
    return recent.count(where: \.isLow) * 5 >= recent.count * 4
  }

  private func load(of sample: Sample) -> Load {
    if let delay = sample.delay, delay >= policy.highDelay {
      return .tooHigh(
        "writes take \(Self.text(delay)) to be committed (p99), \(Self.text(policy.highDelay)) is the limit")
    }
    if let queue = sample.queue, queue >= policy.highQueue {
      return .tooHigh("\(queue) messages are queued, \(policy.highQueue) are the limit")
    }
    // No delay: nothing was committed, which is an idle store only if nothing is queued either.
    guard let queue = sample.queue else { return .unknown }
    return queue < policy.lowQueue && sample.delay ?? .zero < policy.lowDelay ? .low : .between
  }

  private static func text(_ duration: Duration) -> String {
    let milliseconds = Int(duration / .milliseconds(1))
    return milliseconds.isMultiple(of: 1_000) ? "\(milliseconds / 1_000) s" : "\(milliseconds) ms"
  }
}
