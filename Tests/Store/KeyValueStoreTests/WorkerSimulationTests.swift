import KeyValueStore
import Randomness
import Synchronization
import Testing

/// The worker's logic against a queue that loses channels and a table that lies about commits, seeded.
@Suite("A worker in a simulation", .timeLimit(.minutes(10)))
struct WorkerSimulationTests {
  /// Two workers take turns at one queue; each may freeze with a batch in hand and come back after the other went on.
  @Test(arguments: UInt64(1)...200)
  func everyCommandTakesEffectOnceInOrder(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var table = SimulatedTable()
    var queue: [Command] = try (0..<40).map { number in
      // Some operations are published twice, as a client's retry does.
      let operation = number > 4 && random.next(5) == 0 ? number - 1 - random.next(4) : number
      return Command(
        operation: try OperationID("op-\(operation)"), key: try Key("k-\(operation % 3)"),
        effect: operation % 7 == 6 ? .delete : .put(try Value("v-\(operation)")), acceptedAtMilliseconds: 0)
    }
    let published = queue
    var acknowledged = 0
    var limits = PartitionMachine.Limits()
    limits.commands = 6
    limits.gathering = random.next(2) == 0 ? .zero : .milliseconds(15)
    var machines = [PartitionMachine(limits: limits), PartitionMachine(limits: limits)]
    var pending: [[PartitionMachine.Action]] = [[], []]
    var generation: UInt64 = 0
    var owner = 0
    var delivered = 0
    var steps = 0

    func open(_ worker: Int) {
      generation += 1
      owner = worker
      delivered = 0
      pending[worker] += machines[worker].handle(.channelOpened(generation: generation))
    }
    open(0)
    while acknowledged < published.count {
      steps += 1
      try #require(steps < 20_000, "seed \(seed): no progress")
      switch random.next(12) {
      case 0:
        // The channel dies; everything unacknowledged goes to either worker. The frozen one keeps its batch.
        pending[owner] += machines[owner].handle(.channelClosed(generation: generation))
        open(random.next(2))
      case 1...4 where delivered < queue.count:
        let count = min(queue.count - delivered, 1 + random.next(5))
        let deliveries = (0..<count).map { offset in
          Delivery(tag: UInt64(delivered + offset + 1), body: queue[delivered + offset].encoded(), replyAddress: nil)
        }
        delivered += count
        pending[owner] += machines[owner].handle(.delivered(deliveries, generation: generation))
      default:
        let worker = random.next(2)
        guard !pending[worker].isEmpty else { continue }
        switch pending[worker].removeFirst() {
        case .apply(let commands):
          pending[worker] += machines[worker].handle(.applied(table.apply(commands, fault: random.next(6))))
        case .pause: pending[worker] += machines[worker].handle(.pauseEnded)
        case .gather(_, let number): pending[worker] += machines[worker].handle(.gathered(number))
        case .finish: pending[worker] += machines[worker].handle(.finished)
        case .storeDeadLetters: pending[worker] += machines[worker].handle(.deadLettersStored(true))
        case .acknowledge(let tag, let from):
          guard from == generation else { continue }
          queue.removeFirst(Int(tag))
          delivered -= Int(tag)
          acknowledged += Int(tag)
          // Tags go on within a channel; the simulation starts a new one instead of keeping an offset.
          pending[owner] += machines[owner].handle(.channelClosed(generation: generation))
          open(owner)
        }
      }
    }
    var seen: Set<OperationID> = []
    let expected = published.filter { seen.insert($0.operation).inserted }
    for key in Set(expected.map(\.key)) {
      let operations = expected.filter { $0.key == key }.map(\.operation)
      #expect(table.history[key] == operations, "seed \(seed)")
      #expect(table.rows[key]?.version == Int64(operations.count), "seed \(seed)")
    }
  }

  /// The table: atomic batches, and answers that may be lost.
  struct SimulatedTable {
    var rows: [Key: Row] = [:]
    var operations: [OperationID: OperationRecord] = [:]
    var history: [Key: [OperationID]] = [:]

    mutating func apply(_ commands: [Command], fault: Int) -> ApplyOutcome {
      if fault == 0 { return .notApplied(reason: "refused") }
      if fault == 1 { return .unknown(reason: "lost before the commit") }
      let plan = BatchPlan(commands: commands, recorded: operations, states: rows.mapValues { KeyState($0) })
      for row in plan.rows { rows[row.key] = row }
      for record in plan.operations {
        operations[record.operation] = record
        history[record.key, default: []].append(record.operation)
      }
      return fault == 2 ? .unknown(reason: "lost after the commit") : .committed(plan.results)
    }
  }

  @Test func theRunnerAppliesRepliesCachesAndAcknowledges() async throws {
    let clock = ManualClock()
    let (table, cache, replies) = (FakeTable(), FakeCache(), FakeReplies())
    table.state.withLock { $0.script = [(false, .notApplied(reason: "down")), (true, .unknown(reason: "lost"))] }
    let acknowledged = Mutex<[UInt64]>([])
    let key = try Key("k")
    let command = Command(
      operation: try OperationID("op"), key: key, effect: .put(try Value("v")), acceptedAtMilliseconds: 0)
    let inputs = Mutex<[PartitionRunner<ManualClock>.Input]>([
      .opened(generation: 1),
      .delivered([Delivery(tag: 1, body: command.encoded(), replyAddress: "q")], generation: 1),
    ])
    let runner = PartitionRunner(
      partition: Partition(index: 0, count: 4),
      ports: PartitionRunner<ManualClock>.Ports(
        table: table, cache: cache, replies: replies, deadLetters: replies,
        acknowledge: { tag, _ in acknowledged.withLock { $0.append(tag) } }, observe: { _ in }),
      clock: clock)
    await clock.run {
      await runner.run {
        let now = inputs.withLock { inputs in
          defer { inputs = [] }
          return inputs
        }
        if !now.isEmpty { return now }
        while acknowledged.withLock({ $0.isEmpty }) { await Task.yield() }
        return nil
      }
    }
    #expect(acknowledged.withLock { $0 } == [1])
    #expect(table.state.withLock { $0.applications } == 3)
    // The second application had happened: the third found it recorded, and answers its version.
    #expect(replies.sent.withLock { $0.map(\.result) } == [.committed(version: 1)])
    #expect(await cache.get(key).row?.version == 1)
  }

  /// What is pending in the cache gives way to its row; where the row cannot be had, it stays.
  @Test(arguments: [true, false]) func aRedeliveredWriteIsSettledWithItsRow(_ isTableThere: Bool) async throws {
    let clock = ManualClock()
    let (table, cache, replies) = (FakeTable(), FakeCache(), FakeReplies())
    let (key, operation) = (try Key("k"), try OperationID("op"))
    let row = Row(key: key, value: try Value("v"), version: 1, operation: operation)
    table.state.withLock { state in
      state.operations[operation] = OperationRecord(operation: operation, key: key, version: 1)
      state.rows[key] = row
      state.isDown = !isTableThere
    }
    let pending = PendingWrite(key: key, value: row.value, operation: operation, madeAtMilliseconds: nil)
    await cache.announce(pending)
    let command = Command(
      operation: operation, key: key, effect: .put(try Value("v")), acceptedAtMilliseconds: 0)
    let acknowledged = Flag()
    let inputs = Mutex<[PartitionRunner<ManualClock>.Input]>([
      .opened(generation: 1),
      .delivered([Delivery(tag: 1, body: command.encoded(), replyAddress: nil)], generation: 1),
    ])
    let runner = PartitionRunner(
      partition: Partition(index: 0, count: 4),
      ports: PartitionRunner<ManualClock>.Ports(
        table: table, cache: cache, replies: replies, deadLetters: replies,
        acknowledge: { _, _ in acknowledged.raise() }, observe: { _ in }),
      clock: clock)
    await clock.run {
      await runner.run {
        let now = inputs.withLock { inputs in
          defer { inputs = [] }
          return inputs
        }
        if !now.isEmpty { return now }
        while !acknowledged.isRaised { await Task.yield() }
        return nil
      }
    }
    let expected = isTableThere ? CacheEntry(row: row, pending: nil) : CacheEntry(row: nil, pending: pending)
    #expect(await cache.get(key) == expected)
  }
}

extension SplitMix64 {
  fileprivate mutating func next(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
