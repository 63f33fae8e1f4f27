/// Requests at a constant rate, whatever the store does: each has its due time, and one that finds every client busy
/// waits for a free one while its latency is already counting.
public struct OpenLoop: LoadSchedule {
  public let clients: Int
  private let ratePerSecond: Double
  private let total: Int
  private var keys: KeyTurn
  private var mix: RequestMix
  /// The last one freed is the first one reused, so that few connections stay warm.
  private var free: [Int]
  private var begun = 0
  private var isStopped = false

  /// - Parameters:
  ///   - clients: requests that may be open at the same time.
  ///   - ratePerSecond: above 0.
  ///   - putsPerThousand: the share of PUTs; 500 alternates.
  public init(clients: Int, ratePerSecond: Double, durationNanoseconds: UInt64, keys: Int, putsPerThousand: Int = 500) {
    precondition(clients > 0 && ratePerSecond > 0, "a rate needs at least one client")
    self.clients = clients
    self.ratePerSecond = ratePerSecond
    total = max(1, Int((Double(durationNanoseconds) / 1e9 * ratePerSecond).rounded()))
    self.keys = KeyTurn(count: keys)
    mix = RequestMix(putsPerThousand: putsPerThousand)
    free = Array((0..<clients).reversed())
  }

  public mutating func next(at now: UInt64) -> LoadStep {
    guard begun < total, !isStopped else { return free.count < clients ? .waitForAnswer : .finished }
    let intended = UInt64(Double(begun) * 1e9 / ratePerSecond)
    guard intended <= now else { return .wait(untilNanoseconds: intended) }
    guard let client = free.popLast() else { return .waitForAnswer }
    begun += 1
    let (kind, key) = mix.next { keys.take() }
    return .send(LoadRequest(client: client, kind: kind, key: key, intendedNanoseconds: intended))
  }

  public mutating func answered(client: Int, at now: UInt64) { free.append(client) }

  public mutating func stop() { isStopped = true }
}
