/// Which publishes on a confirm channel have no verdict yet. Pure; numbers as the broker counts them, from 1.
struct PublishLedger<Token> {
  private struct Entry {
    let token: Token
    let deadline: ContinuousClock.Instant
    var returnedReason: String?
  }

  private var entries: [UInt64: Entry] = [:]
  private var oldest: UInt64 = 1
  private(set) var next: UInt64 = 1

  var count: Int { entries.count }

  /// Enters a publish that is about to be written; its number is the broker's next.
  mutating func add(_ token: Token, deadline: ContinuousClock.Instant) -> UInt64 {
    defer { next += 1 }
    entries[next] = Entry(token: token, deadline: deadline)
    return next
  }

  /// The broker sent the message back; its confirmation is still to come.
  mutating func returned(_ number: UInt64, reason: String) {
    entries[number]?.returnedReason = reason
  }

  /// The broker's verdict on one publish, or on every one up to it.
  mutating func settle(
    _ number: UInt64, multiple: Bool, confirmed: Bool
  ) -> [(token: Token, outcome: AMQPPublishOutcome)] {
    let upTo = min(number, next - 1)
    // Tag 0 with `multiple` means everything so far (AMQP 0-9-1, basic.ack).
    let numbers: ClosedRange<UInt64>
    if multiple {
      let end = number == 0 ? next - 1 : upTo
      guard oldest <= end else { return [] }
      numbers = oldest...end
    } else {
      guard number >= 1 else { return [] }
      numbers = number...number
    }
    var settled: [(token: Token, outcome: AMQPPublishOutcome)] = []
    for number in numbers {
      guard let entry = entries.removeValue(forKey: number) else { continue }
      settled.append((entry.token, outcome(of: entry, confirmed: confirmed)))
    }
    while oldest < next, entries[oldest] == nil { oldest += 1 }
    return settled
  }

  private func outcome(of entry: Entry, confirmed: Bool) -> AMQPPublishOutcome {
    if let reason = entry.returnedReason { return .notSent(reason: reason) }
    return confirmed ? .confirmed : .refused(reason: "the broker refused responsibility for the message")
  }

  /// Everything whose deadline has passed: written, unconfirmed, hence unknown.
  mutating func expire(now: ContinuousClock.Instant) -> [Token] {
    let late = entries.filter { $0.value.deadline <= now }.keys.sorted()
    return late.compactMap { entries.removeValue(forKey: $0)?.token }
  }

  /// The channel is gone: everything unsettled is unknown, but for what the broker had already returned.
  mutating func lose(reason: String) -> [(token: Token, outcome: AMQPPublishOutcome)] {
    let lost = entries.sorted { $0.key < $1.key }.map { _, entry in
      let outcome: AMQPPublishOutcome =
        entry.returnedReason.map { .notSent(reason: $0) } ?? .unknown(reason: reason)
      return (token: entry.token, outcome: outcome)
    }
    self = PublishLedger()
    return lost
  }
}
