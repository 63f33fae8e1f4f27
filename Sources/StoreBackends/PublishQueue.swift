/// Which commands of one partition go into the next message, and when. Pure.
///
/// While nothing is unconfirmed, a command leaves at once. While a message is, the commands that come wait for its
/// confirmation and leave together: the busier the brokers, the larger the messages (Nagle, RFC 896, with confirmations in
/// the place of acknowledgements). A message that is unconfirmed for long holds back nobody: the next one follows it.
struct PublishQueue<Token: Sendable> {
  struct Limits {
    /// The most that one message takes.
    var commands = 256
    var bytes = 1 << 20
    /// Messages that may be unconfirmed at once.
    var unconfirmed = 8
    /// After this long without a confirmation the next message is sent all the same.
    var stall: Duration = .milliseconds(50)
    /// Commands that may wait; one more is refused.
    var waiting = 2048
  }

  struct Item: Sendable {
    let bytes: Int
    let deadline: ContinuousClock.Instant
    let token: Token
  }

  /// What an event leads to.
  struct Step {
    /// Waited until their time was over; they were never sent.
    var expired: [Item] = []
    /// Refused, because too many wait.
    var refused: [Item] = []
    /// To be sent as one message.
    var message: [Item] = []
  }

  private let limits: Limits
  private var waiting: [Item] = []
  private var unconfirmed = 0
  private var sentAt: ContinuousClock.Instant?

  init(limits: Limits = Limits()) { self.limits = limits }

  var waitingCount: Int { waiting.count }

  /// A command comes.
  mutating func add(_ item: Item, now: ContinuousClock.Instant) -> Step {
    guard waiting.count < limits.waiting else { return Step(refused: [item]) }
    waiting.append(item)
    return next(now: now)
  }

  /// A message's outcome has come, whatever it is.
  mutating func settled(now: ContinuousClock.Instant) -> Step {
    precondition(unconfirmed > 0, "an outcome came for a message that was never sent")
    unconfirmed -= 1
    return next(now: now)
  }

  private mutating func next(now: ContinuousClock.Instant) -> Step {
    let isStalled = sentAt.map { now - $0 >= limits.stall } ?? true
    guard !waiting.isEmpty, unconfirmed == 0 || (unconfirmed < limits.unconfirmed && isStalled) else { return Step() }
    var step = Step()
    var bytes = 0
    var taken = 0
    for item in waiting {
      if item.deadline <= now {
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
    }
    return step
  }
}
