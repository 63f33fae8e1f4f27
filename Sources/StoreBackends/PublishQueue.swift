/// Which commands of one partition go into the next message, and when. Pure.
///
/// What a message costs the brokers hardly depends on how many commands it carries, so those that come close together
/// share one. A command that finds the partition quiet leaves at once. After that a message leaves only when the one
/// before it is confirmed, and no sooner than the spacing after it: the busier the brokers, the larger the messages
/// (Nagle, RFC 896, with confirmations in the place of acknowledgements). A message that is unconfirmed for long holds
/// back nobody: the next one follows it.
///
/// A queue that confirms nothing for a second is silent: it may have no quorum. Then no command leaves, because what
/// has left can only become unknown; whoever waits is refused in time. What leaves is a probe, a message without a
/// command, one at a time; with the first confirmation of anything the commands go again. A queue that refuses a
/// message, as one that is full does, is silent at once.
struct PublishQueue<Token: Sendable> {
  struct Limits {
    /// The most that one message takes.
    var commands = 256
    var bytes = 1 << 20
    /// Messages that may be unconfirmed at once.
    var unconfirmed = 8
    /// The least time between two messages. What it adds to a command's time is half of it at most, on average.
    var spacing: Duration = .milliseconds(8)
    /// After this long without a confirmation the next message is sent all the same.
    var stall: Duration = .milliseconds(50)
    /// After this long without a confirmation the queue is silent.
    var silence: Duration = .seconds(1)
    /// The least time between two probes.
    var probePause: Duration = .milliseconds(100)
    /// Commands that may wait; one more is refused.
    var waiting = 2048
  }

  struct Item: Sendable {
    let bytes: Int
    /// Not sent after this, but given back.
    let sendBy: ContinuousClock.Instant
    /// Confirmed by then, or unknown.
    let deadline: ContinuousClock.Instant
    let token: Token
  }

  /// What the broker said of a message.
  enum Verdict {
    case confirmed
    /// A negative acknowledgement.
    case refused
    /// It never left, or no answer came.
    case nothing
  }

  /// What an event leads to.
  struct Step {
    /// Waited until their time was over; they were never sent.
    var expired: [Item] = []
    /// Refused, because too many wait.
    var refused: [Item] = []
    /// To be sent as one message.
    var message: [Item] = []
    /// Whether a probe is to be sent.
    var probes = false
    /// When to come back with `timeCame`, if nothing else happens before.
    var wakeAt: ContinuousClock.Instant?
  }

  private let limits: Limits
  private var waiting: [Item] = []
  private var unconfirmed = 0
  private var sentAt: ContinuousClock.Instant?
  /// Since when something that was sent has had no answer; `nil`: all of it has one.
  private var silentSince: ContinuousClock.Instant?
  private var confirmedAt: ContinuousClock.Instant?
  private var probedAt: ContinuousClock.Instant?
  private var isProbing = false
  /// The earliest time at which somebody comes back.
  private var wakeAt: ContinuousClock.Instant?

  init(limits: Limits = Limits()) { self.limits = limits }

  var waitingCount: Int { waiting.count }

  /// A command comes.
  mutating func add(_ item: Item, now: ContinuousClock.Instant) -> Step {
    guard waiting.count < limits.waiting else { return Step(refused: [item]) }
    waiting.append(item)
    guard departure(now: now) == nil, !isSilent(now: now) else { return next(now: now) }
    return Step(wakeAt: earlier(item.sendBy))
  }

  /// Whether the queue confirms nothing that it is sent.
  func isSilent(now: ContinuousClock.Instant) -> Bool {
    silentSince.map { $0 + limits.silence <= now } ?? false
  }

  /// How long the queue has been silent; `nil`: it is not.
  func silence(now: ContinuousClock.Instant) -> Duration? {
    guard let silentSince, isSilent(now: now) else { return nil }
    return now - silentSince
  }

  /// A message's outcome has come.
  mutating func settled(_ verdict: Verdict, now: ContinuousClock.Instant) -> Step {
    precondition(unconfirmed > 0, "an outcome came for a message that was never sent")
    unconfirmed -= 1
    return heard(verdict, now: now)
  }

  /// A probe's outcome has come.
  mutating func probed(_ verdict: Verdict, now: ContinuousClock.Instant) -> Step {
    precondition(isProbing, "an outcome came for a probe that was never sent")
    isProbing = false
    return heard(verdict, now: now)
  }

  /// Somebody wants to know whether the queue confirms: a probe tells, unless a confirmation has just come.
  mutating func ask(now: ContinuousClock.Instant) -> Step {
    if let confirmedAt, confirmedAt + limits.silence > now { return Step() }
    return Step(probes: mayProbe(now: now))
  }

  private mutating func heard(_ verdict: Verdict, now: ContinuousClock.Instant) -> Step {
    let isAnythingOut = unconfirmed > 0 || isProbing
    switch verdict {
    case .confirmed:
      confirmedAt = now
      silentSince = isAnythingOut ? now : nil
    case .refused:
      // What follows would be refused too, and its outcome unknown.
      silentSince = min(silentSince ?? now, now - limits.silence)
    case .nothing where !isAnythingOut && !isSilent(now: now):
      // It never left, or its connection broke: that says nothing about the queue.
      silentSince = nil
    case .nothing: break
    }
    return next(now: now)
  }

  private mutating func mayProbe(now: ContinuousClock.Instant) -> Bool {
    guard !isProbing, probedAt.map({ $0 + limits.probePause <= now }) ?? true else { return false }
    isProbing = true
    probedAt = now
    silentSince = silentSince ?? now
    return true
  }

  /// A step's `wakeAt` has come.
  mutating func timeCame(now: ContinuousClock.Instant) -> Step {
    wakeAt = nil
    return next(now: now)
  }

  /// When the next message may leave, unless an outcome comes before; `nil`: only an outcome can let it go.
  private func departure(now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
    guard unconfirmed < limits.unconfirmed else { return nil }
    guard let sentAt else { return now }
    return sentAt + (unconfirmed == 0 ? limits.spacing : limits.stall)
  }

  private mutating func next(now: ContinuousClock.Instant) -> Step {
    guard !waiting.isEmpty else { return Step() }
    if isSilent(now: now) { return wait(now: now) }
    guard let departure = departure(now: now) else { return expire(now: now) }
    guard departure <= now else { return Step(wakeAt: earlier(departure)) }
    var step = Step()
    var bytes = 0
    var taken = 0
    for item in waiting {
      if item.sendBy <= now {
        step.expired.append(item)
      } else {
        guard
          step.message.isEmpty
            || (step.message.count < limits.commands && bytes + item.bytes <= limits.bytes)
        else { break }
        bytes += item.bytes
        step.message.append(item)
      }
      taken += 1
    }
    waiting.removeFirst(taken)
    if !step.message.isEmpty {
      unconfirmed += 1
      sentAt = now
      silentSince = silentSince ?? now
    }
    // What did not fit leaves when the next message may, or is given back in time.
    if !waiting.isEmpty {
      let time = self.departure(now: now) ?? waiting.lazy.map(\.sendBy).min()
      step.wakeAt = time.flatMap { earlier($0) }
    }
    return step
  }

  /// The queue is silent: a probe asks it, and goes on asking until it answers.
  private mutating func wait(now: ContinuousClock.Instant) -> Step {
    var step = expire(now: now)
    guard !waiting.isEmpty else { return step }
    step.probes = mayProbe(now: now)
    if let time = earlier(now + limits.probePause) { step.wakeAt = time }
    return step
  }

  /// Nothing may leave: whoever has waited too long is told now, and the others when their time comes.
  private mutating func expire(now: ContinuousClock.Instant) -> Step {
    let expired = waiting.filter { $0.sendBy <= now }
    waiting.removeAll { $0.sendBy <= now }
    return Step(expired: expired, wakeAt: waiting.lazy.map(\.sendBy).min().flatMap { earlier($0) })
  }

  /// `time`, if nobody comes back before it.
  private mutating func earlier(_ time: ContinuousClock.Instant) -> ContinuousClock.Instant? {
    if let wakeAt, wakeAt <= time { return nil }
    wakeAt = time
    return time
  }
}
