/// The traffic of a run.
public struct WorkloadSettings: Sendable, Hashable {
  public var kind: WorkloadKind = .register
  /// Clients that act at the same time, each with at most one operation open.
  public var clients: Int
  /// Hot keys: written, read and deleted again and again.
  public var keys: Int
  /// Share of writes (0...1) that go to a key of their own, written once and never deleted: they name a lost write
  /// exactly.
  public var freshKeyShare: Double = 0
  /// Share of operations (0...1) that read.
  public var readShare: Double = 0.5
  /// Share of operations (0...1) that delete. What reads and deletes leave are writes.
  public var deleteShare: Double = 0
  /// Acknowledgement levels of writes and their shares. A key is only ever written at one level, drawn by these shares.
  public var acknowledgements: Mix<AcknowledgementLevel> = Mix(.queued)
  /// Levels of reads and their shares, drawn for each read.
  public var reads: Mix<ReadLevel> = Mix(.cache)
  /// How many bytes every value has on its way to the store and back; `nil`: as few as make it unique.
  public var valueBytes: Int?
  /// Operations a second of all clients together; `nil`: closed loop, each client calls again when it was answered.
  public var ratePerSecond: Double?
}

/// What the clients do.
public enum WorkloadKind: String, Sendable, Hashable, CaseIterable, Codable {
  /// Puts, gets and deletes of independent keys, through the store's HTTP interface.
  case register
}

/// When the store answers a write. The raw value is the word in plans, URLs and histories.
public enum AcknowledgementLevel: String, Sendable, Hashable, CaseIterable, Codable {
  /// When a quorum of RabbitMQ nodes has the command.
  case queued
  /// When the SQL tier has committed it.
  case committed
}

/// Where a read is answered from. The raw value is the word in plans, URLs and histories.
public enum ReadLevel: String, Sendable, Hashable, CaseIterable, Codable {
  /// Redis, then SQL on a miss; may be stale.
  case cache
  /// The SQL tier, by a read that a deposed leader cannot answer.
  case linearizable
}

/// Values and the share of each; the shares sum to 1 and none is 0.
public struct Mix<Choice: Hashable & Sendable>: Sendable, Hashable {
  /// A value and its share, in (0, 1].
  public struct Part: Sendable, Hashable {
    public var choice: Choice
    public var share: Double

    public init(_ choice: Choice, share: Double) {
      self.choice = choice
      self.share = share
    }
  }

  public let parts: [Part]

  /// One value, always.
  public init(_ choice: Choice) {
    parts = [Part(choice, share: 1)]
  }

  /// - Precondition: the shares are above 0 and sum to 1 (within 0.001).
  public init(parts: [Part]) {
    let sum = parts.reduce(0) { $0 + $1.share }
    precondition(
      abs(sum - 1) < 0.001 && parts.allSatisfy { $0.share > 0 }, "the shares of a mix are positive and sum to 1")
    self.parts = parts
  }

  public func contains(_ choice: Choice) -> Bool {
    parts.contains { $0.choice == choice }
  }

  /// The choice that a number drawn evenly from 0..<1 falls on.
  public func choice(at draw: Double) -> Choice {
    var below = 0.0
    for part in parts.dropLast() {
      below += part.share
      if draw < below { return part.choice }
    }
    return parts[parts.count - 1].choice
  }
}
