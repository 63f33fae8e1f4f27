/// Clients that send their next request as soon as the last one is answered, without think time. They start evenly over
/// a ramp, like the users of a JMeter thread group: 300 users, a ramp of 30 s and 100 loops of a PUT and a GET are
/// 60,000 requests, of which the ramp lets 2,000 start per second.
public struct ClosedLoop: LoadSchedule {
  public let clients: Int
  private let rampNanoseconds: UInt64
  /// `nil`: as many as fit before the end.
  private let requestsPerClient: Int?
  private let endNanoseconds: UInt64?
  private var keys: KeyTurn
  private var mixes: [RequestMix]
  private var sent: [Int]
  /// Clients that are ready to send, with the time since when they are, first come, first served.
  private var ready: [(client: Int, since: UInt64)] = []
  private var readyHead = 0
  private var started = 0
  private var open = 0
  private var isStopped = false

  /// - Parameters:
  ///   - loops: PUTs, each followed by its GET, that each client does before it leaves; `nil`: until `endNanoseconds`.
  ///   - putsPerThousand: the share of PUTs; 500 alternates.
  ///   - endNanoseconds: no request starts at or after this time.
  public init(
    clients: Int, rampNanoseconds: UInt64, loops: Int? = nil, endNanoseconds: UInt64? = nil, keys: Int,
    putsPerThousand: Int = 500
  ) {
    precondition(clients > 0, "a closed loop needs at least one client")
    precondition(loops != nil || endNanoseconds != nil, "a closed loop needs an end")
    self.clients = clients
    self.rampNanoseconds = rampNanoseconds
    requestsPerClient = loops.map { $0 * 2 }
    self.endNanoseconds = endNanoseconds
    self.keys = KeyTurn(count: keys)
    mixes = Array(repeating: RequestMix(putsPerThousand: putsPerThousand), count: clients)
    sent = Array(repeating: 0, count: clients)
  }

  public mutating func next(at now: UInt64) -> LoadStep {
    if let endNanoseconds, now >= endNanoseconds { isStopped = true }
    guard !isStopped else { return open > 0 ? .waitForAnswer : .finished }
    while started < clients, start(of: started) <= now {
      ready.append((started, start(of: started)))
      started += 1
    }
    if readyHead < ready.count { return .send(takeReady()) }
    if started < clients { return .wait(untilNanoseconds: start(of: started)) }
    return open > 0 ? .waitForAnswer : .finished
  }

  public mutating func answered(client: Int, at now: UInt64) {
    open -= 1
    if let requestsPerClient, sent[client] >= requestsPerClient { return }
    ready.append((client, now))
  }

  public mutating func stop() { isStopped = true }

  private mutating func takeReady() -> LoadRequest {
    let (client, since) = ready[readyHead]
    readyHead += 1
    if readyHead == ready.count {
      ready.removeAll(keepingCapacity: true)
      readyHead = 0
    }
    open += 1
    sent[client] += 1
    let (kind, key) = mixes[client].next { keys.take() }
    return LoadRequest(client: client, kind: kind, key: key, intendedNanoseconds: since)
  }

  private func start(of client: Int) -> UInt64 { rampNanoseconds / UInt64(clients) * UInt64(client) }
}
