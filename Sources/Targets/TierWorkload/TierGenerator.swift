import ChaosPlan
import Randomness

/// The operations of one client, in order: the same for the same seed, whatever the tier answers. Every value is
/// written once in a run, so that a read identifies its write.
public struct TierGenerator: Sendable {
  private static let amountMaximum = 10
  private static let readShare = 0.5
  private static let balancesShare = 0.3

  private let workload: CapWorkload
  private let client: Int
  private let keys: Int
  private var random: SplitMix64
  private var writes = 0

  /// - Parameters:
  ///   - client: unique in the run, over all containers.
  ///   - keys: of a register; at least 1.
  public init(workload: CapWorkload, client: Int, keys: Int, seed: UInt64) {
    precondition(keys > 0, "a register needs at least one key")
    self.workload = workload
    self.client = client
    self.keys = keys
    random = SplitMix64(seed: seed, stream: .operations(client: client))
  }

  /// Of a queue's clients, those with an even number produce and the others consume.
  public var isProducer: Bool { client % 2 == 0 }

  public mutating func next() -> TierOperation {
    switch workload {
    case .register:
      let key = random.index(below: keys)
      return random.unit() < Self.readShare ? .get(key: key) : .put(key: key, value: newValue())
    case .set:
      return .add(newValue())
    case .queue:
      return isProducer ? .enqueue(newValue()) : .dequeue
    case .bank:
      guard random.unit() >= Self.balancesShare else { return .readBalances }
      let from = random.index(below: CapBank.accounts)
      let to = (from + 1 + random.index(below: CapBank.accounts - 1)) % CapBank.accounts
      return .transfer(from: from, to: to, amount: Int64(1 + random.index(below: Self.amountMaximum)))
    }
  }

  private mutating func newValue() -> String {
    defer { writes += 1 }
    return "\(client).\(writes)"
  }
}
