/// Decides which commands of one partition go into the next message, and when. Pure.
///
/// The brokers' cost of a message hardly depends on its number of commands, so commands that arrive close together
/// share one. If the partition is idle, a command is sent at once. After that a message is sent only when the one
/// before it is confirmed, and not before the spacing has passed: the busier the brokers, the larger the messages
/// (Nagle, RFC 896, with confirms in place of acknowledgements). A message that stays unconfirmed for long does not
/// block later ones: the next message is sent anyway.
///
/// A queue that confirms nothing for a second is silent: it may have no quorum. Then no command is sent, because its
/// outcome could only become unknown; waiting commands are refused in time. Only probes are sent, messages without a
/// command, one at a time. After the first confirm of any message, commands are sent again. A queue that rejects a
/// message, for example because it is full, is silent at once.
struct PublishQueue<Token: Sendable> {
  struct Limits {
    /// The limits of one message.
    var commands = 256
    var bytes = 1 << 20
    /// Messages that may be unconfirmed at once.
    var unconfirmed = 8
    /// The minimum time between two messages. On average it delays a command by at most half of this.
    var spacing: Duration = .milliseconds(8)
    /// After this time without a confirm the next message is sent anyway.
    var stall: Duration = .milliseconds(50)
    /// After this time without a confirm the queue is silent.
    var silence: Duration = .seconds(1)
    /// The minimum time between two probes.
    var probePause: Duration = .milliseconds(100)
    /// Commands that may wait; one more is refused.
    var waiting = 2048
  }

  struct Item: Sendable {
    let bytes: Int
    /// After this time the command is not sent, but refused.
    let sendBy: ContinuousClock.Instant
    /// Confirmed by then, or unknown.
    let deadline: ContinuousClock.Instant
    let token: Token
  }

  /// The broker's answer to a message.
  enum Verdict {
    case confirmed
    /// A negative acknowledgement.
    case refused
    /// It never left, or no answer came.
    case nothing
  }

  /// The result of an event.
  struct Step {
    /// Commands that waited until their deadline and were never sent.
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
  /// When the oldest unanswered message was sent; `nil` if all are answered.
  private var silentSince: ContinuousClock.Instant?
  private var confirmedAt: ContinuousClock.Instant?
  private var probedAt: ContinuousClock.Instant?
  private var isProbing = false
  /// The earliest scheduled wake-up.
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

  /// Whether the queue confirms nothing.
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

  /// A caller asks whether the queue confirms: sends a probe, unless a confirm has just arrived.
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
      // Later messages would be rejected too, with an unknown outcome.
      silentSince = min(silentSince ?? now, now - limits.silence)
    case .nothing where !isAnythingOut && !isSilent(now: now):
      // The message was never sent, or its connection broke: this says nothing about the queue.
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

  /// When the next message may be sent, unless an outcome arrives first; `nil`: only an outcome can release it.
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
    // Commands that did not fit are sent with the next message, or refused in time.
    if !waiting.isEmpty {
      let time = self.departure(now: now) ?? waiting.lazy.map(\.sendBy).min()
      step.wakeAt = time.flatMap { earlier($0) }
    }
    return step
  }

  /// The queue is silent: send probes until it answers.
  private mutating func wait(now: ContinuousClock.Instant) -> Step {
    var step = expire(now: now)
    guard !waiting.isEmpty else { return step }
    step.probes = mayProbe(now: now)
    if let time = earlier(now + limits.probePause) { step.wakeAt = time }
    return step
  }

  /// Nothing may be sent: commands past their deadline are refused now, and the others at their deadline.
  private mutating func expire(now: ContinuousClock.Instant) -> Step {
    let expired = waiting.filter { $0.sendBy <= now }
    waiting.removeAll { $0.sendBy <= now }
    return Step(expired: expired, wakeAt: waiting.lazy.map(\.sendBy).min().flatMap { earlier($0) })
  }

  /// `time`, unless an earlier wake-up is scheduled.
  private mutating func earlier(_ time: ContinuousClock.Instant) -> ContinuousClock.Instant? {
    if let wakeAt, wakeAt <= time { return nil }
    wakeAt = time
    return time
  }
}
