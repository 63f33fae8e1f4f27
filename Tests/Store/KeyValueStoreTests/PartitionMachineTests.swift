import KeyValueStore
import Testing

@Suite("A partition's state machine")
struct PartitionMachineTests {
  private func delivery(_ tag: UInt64, key: String = "k", reply: String? = nil) throws -> Delivery {
    let command = Command(
      operation: try OperationID("op-\(tag)"), key: try Key(key), effect: .put(try Value("v\(tag)")),
      acceptedAtMilliseconds: 0)
    return Delivery(tag: tag, body: command.encoded(), replyAddress: reply)
  }

  private func commands(_ deliveries: [Delivery]) -> [Command] {
    deliveries.flatMap { $0.entries.map(\.command) }
  }

  private func committed(_ deliveries: [Delivery]) -> ApplyOutcome {
    .committed(
      commands(deliveries).enumerated().map {
        AppliedCommand(command: $1, version: Int64($0 + 1), disposition: .applied)
      })
  }

  /// Without gathering, unless a test is about it: a batch starts as soon as it can.
  private func opened(
    _ limits: PartitionMachine.Limits = .init(), gathering: Duration = .zero
  ) -> PartitionMachine {
    var limits = limits
    limits.gathering = gathering
    var machine = PartitionMachine(limits: limits)
    _ = machine.handle(.channelOpened(generation: 1))
    return machine
  }

  @Test func acknowledgesOnlyAfterCommitAndReplies() throws {
    var machine = opened()
    let batch = [try delivery(1, reply: "q"), try delivery(2)]
    #expect(machine.handle(.delivered(batch, generation: 1)) == [.apply(commands(batch))])
    let actions = machine.handle(.applied(committed(batch)))
    guard case .finish(let completion) = actions.first, actions.count == 1 else {
      Issue.record("\(actions)")
      return
    }
    // Only the newest state of a key reaches the cache.
    #expect(completion.rows.map(\.version) == [2])
    #expect(completion.replies.map(\.reply.result) == [.committed(version: 1)])
    #expect(machine.handle(.finished) == [.acknowledge(upTo: 2, generation: 1)])
    #expect(machine.isIdle)
  }

  @Test func whatComesMeanwhileIsTheNextBatch() throws {
    var machine = opened()
    let first = [try delivery(1)]
    let second = [try delivery(2), try delivery(3)]
    _ = machine.handle(.delivered(first, generation: 1))
    #expect(machine.handle(.delivered([second[0]], generation: 1)).isEmpty)
    #expect(machine.handle(.delivered([second[1]], generation: 1)).isEmpty)
    _ = machine.handle(.applied(committed(first)))
    #expect(machine.handle(.finished) == [.acknowledge(upTo: 1, generation: 1), .apply(commands(second))])
  }

  @Test func limitsTheBatch() throws {
    var limits = PartitionMachine.Limits()
    limits.commands = 2
    var machine = opened(limits)
    let all = try (1...5).map { try delivery(UInt64($0)) }
    #expect(machine.handle(.delivered(all, generation: 1)) == [.apply(commands(Array(all[0..<2])))])
    limits.commands = 100
    limits.bytes = 1
    machine = opened(limits)
    #expect(machine.handle(.delivered(all, generation: 1)) == [.apply(commands([all[0]]))])
  }

  @Test func aBatchGathersUntilItsTimeIsOver() throws {
    var machine = opened(gathering: .milliseconds(15))
    let batch = [try delivery(1), try delivery(2)]
    #expect(machine.handle(.delivered([batch[0]], generation: 1)) == [.gather(.milliseconds(15), 1)])
    #expect(machine.isIdle)
    #expect(machine.handle(.delivered([batch[1]], generation: 1)).isEmpty)
    #expect(machine.handle(.gathered(1)) == [.apply(commands(batch))])
  }

  @Test func nobodyWhoWaitsForACommitWaitsForGathering() throws {
    var machine = opened(gathering: .milliseconds(15))
    let batch = [try delivery(1), try delivery(2, reply: "q")]
    _ = machine.handle(.delivered([batch[0]], generation: 1))
    #expect(machine.handle(.delivered([batch[1]], generation: 1)) == [.apply(commands(batch))])
    // The gathering that was overtaken ends in nothing, whatever the machine does by then.
    #expect(machine.handle(.gathered(1)).isEmpty)
    _ = machine.handle(.applied(committed(batch)))
    _ = machine.handle(.finished)
    #expect(machine.handle(.delivered([try delivery(3)], generation: 1)) == [.gather(.milliseconds(15), 2)])
    #expect(machine.handle(.gathered(1)).isEmpty)
  }

  @Test func aFullBatchDoesNotGather() throws {
    var limits = PartitionMachine.Limits()
    limits.commands = 2
    var machine = opened(limits, gathering: .milliseconds(15))
    let batch = [try delivery(1), try delivery(2)]
    #expect(machine.handle(.delivered(batch, generation: 1)) == [.apply(commands(batch))])
  }

  @Test func whatADeadChannelDeliveredIsNotGathered() throws {
    var machine = opened(gathering: .milliseconds(15))
    _ = machine.handle(.delivered([try delivery(1)], generation: 1))
    _ = machine.handle(.channelClosed(generation: 1))
    #expect(machine.handle(.gathered(1)).isEmpty)
    _ = machine.handle(.channelOpened(generation: 2))
    #expect(machine.handle(.delivered([try delivery(1)], generation: 2)) == [.gather(.milliseconds(15), 2)])
  }

  @Test func aMessageOfSeveralCommandsIsOneDelivery() throws {
    var machine = opened()
    let all = try (1...3).map { number in
      Command(
        operation: try OperationID("op-\(number)"), key: try Key("k"), effect: .put(try Value("v\(number)")),
        acceptedAtMilliseconds: 0)
    }
    let entries = all.enumerated().map { CommandBatch.Entry(command: $1, wantsReply: $0 == 1) }
    let message = Delivery(tag: 7, body: CommandBatch(entries: entries).encoded(), replyAddress: "q")
    #expect(machine.handle(.delivered([message], generation: 1)) == [.apply(all)])
    guard case .finish(let completion) = machine.handle(.applied(committed([message]))).first else {
      Issue.record("not finished")
      return
    }
    #expect(completion.rows.map(\.version) == [3])
    #expect(completion.replies.map(\.reply.operation.text) == ["op-2"])
    #expect(machine.handle(.finished) == [.acknowledge(upTo: 7, generation: 1)])
  }

  @Test(arguments: [ApplyOutcome.unknown(reason: "commit"), .notApplied(reason: "down")])
  func retriesTheVeryBatchUntilItIsKnown(_ outcome: ApplyOutcome) throws {
    var machine = opened()
    let batch = [try delivery(1)]
    _ = machine.handle(.delivered(batch, generation: 1))
    var pauses: [Duration] = []
    for _ in 0..<8 {
      guard case .pause(let pause) = machine.handle(.applied(outcome)).first else {
        Issue.record("no pause")
        return
      }
      pauses.append(pause)
      // What comes during the retries waits behind the batch.
      #expect(machine.handle(.delivered([try delivery(2)], generation: 1)).isEmpty)
      #expect(machine.handle(.pauseEnded) == [.apply(commands(batch))])
    }
    #expect(pauses.first == .milliseconds(50))
    #expect(pauses.last == .milliseconds(500))
  }

  @Test func aDeadChannelIsNotAcknowledged() throws {
    var machine = opened()
    let batch = [try delivery(1)]
    _ = machine.handle(.delivered(batch, generation: 1))
    _ = machine.handle(.channelClosed(generation: 1))
    _ = machine.handle(.channelOpened(generation: 2))
    _ = machine.handle(.delivered(batch, generation: 2))
    _ = machine.handle(.applied(committed(batch)))
    // The old batch is done, the same message on the new channel is applied again (and found recorded).
    #expect(machine.handle(.finished) == [.apply(commands(batch))])
  }

  @Test func aDeadChannelEndsTheRetries() throws {
    var machine = opened()
    _ = machine.handle(.delivered([try delivery(1)], generation: 1))
    _ = machine.handle(.applied(.unknown(reason: "lost")))
    _ = machine.handle(.channelClosed(generation: 1))
    #expect(machine.handle(.pauseEnded).isEmpty)
    #expect(machine.isIdle)
  }

  @Test func lateDeliveriesOfADeadChannelAreIgnored() throws {
    var machine = opened()
    _ = machine.handle(.channelClosed(generation: 1))
    #expect(machine.handle(.delivered([try delivery(1)], generation: 1)).isEmpty)
    _ = machine.handle(.channelOpened(generation: 2))
    _ = machine.handle(.channelClosed(generation: 1))
    #expect(!machine.handle(.delivered([try delivery(1)], generation: 2)).isEmpty)
  }

  @Test func redeliveredOperationsAnswerTheRecordedVersionAndReloadTheCache() throws {
    var machine = opened()
    let batch = [try delivery(1, reply: "q")]
    _ = machine.handle(.delivered(batch, generation: 1))
    let result = AppliedCommand(command: commands(batch)[0], version: 41, disposition: .duplicate)
    guard case .finish(let completion) = machine.handle(.applied(.committed([result]))).first else {
      Issue.record("not finished")
      return
    }
    #expect(completion.rows.isEmpty)
    #expect(completion.keysToReload == [try Key("k")])
    #expect(completion.replies.map(\.reply.result) == [.committed(version: 41)])
  }

  /// A delete is a version like any other: without its tombstone an older put that comes later would bring the value
  /// back.
  @Test func aDeleteReachesTheCacheAsATombstone() throws {
    var machine = opened()
    let command = Command(
      operation: try OperationID("op"), key: try Key("k"), effect: .delete, acceptedAtMilliseconds: 0)
    let batch = [Delivery(tag: 1, body: command.encoded(), replyAddress: nil)]
    _ = machine.handle(.delivered(batch, generation: 1))
    guard case .finish(let completion) = machine.handle(.applied(committed(batch))).first else {
      Issue.record("not finished")
      return
    }
    #expect(completion.rows == [Row(key: command.key, value: nil, version: 1, operation: command.operation)])
  }

  /// A pending write in the cache stops being pending when it is settled, with any outcome; no worker announces a write
  /// whose commit is waited for.
  @Test(arguments: [AppliedCommand.Disposition.applied, .duplicate, .refused, .conflict])
  func whatIsSettledIsTold(_ disposition: AppliedCommand.Disposition) throws {
    var machine = opened()
    let batch = [
      try delivery(1), try delivery(2), try delivery(3, key: "other"), try delivery(4, key: "waited", reply: "q"),
    ]
    _ = machine.handle(.delivered(batch, generation: 1))
    let results = commands(batch).map { AppliedCommand(command: $0, version: 7, disposition: disposition) }
    guard case .finish(let completion) = machine.handle(.applied(.committed(results))).first else {
      Issue.record("not finished")
      return
    }
    let expected = try [
      Key("k"): [OperationID("op-1"), OperationID("op-2")], Key("other"): [OperationID("op-3")],
    ]
    #expect(completion.settled == expected)
  }

  @Test func undecodableMessagesAreStoredBeforeTheirAcknowledgement() throws {
    var machine = opened()
    let poison = Delivery(tag: 2, body: [9, 9], replyAddress: nil)
    let batch = [try delivery(1), poison, try delivery(3)]
    #expect(machine.handle(.delivered(batch, generation: 1)) == [.apply(commands(batch))])
    _ = machine.handle(.applied(committed(batch)))
    guard case .storeDeadLetters(let letters) = machine.handle(.finished).first else {
      Issue.record("dead letters were not stored")
      return
    }
    #expect(letters.map(\.bytes) == [[9, 9]])
    guard case .pause = machine.handle(.deadLettersStored(false)).first else {
      Issue.record("a failure to store was not retried")
      return
    }
    #expect(machine.handle(.pauseEnded) == [.storeDeadLetters(letters)])
    #expect(machine.handle(.deadLettersStored(true)) == [.acknowledge(upTo: 3, generation: 1)])
  }

  @Test func aBatchOfPoisonAloneNeedsNoTransaction() {
    var machine = opened()
    let actions = machine.handle(.delivered([Delivery(tag: 1, body: [], replyAddress: nil)], generation: 1))
    guard case .storeDeadLetters = actions.first else {
      Issue.record("\(actions)")
      return
    }
  }

  /// An API's probe of the log.
  @Test func aMessageWithoutACommandIsAcknowledged() throws {
    var machine = opened()
    let probe = Delivery(tag: 1, body: CommandBatch(entries: []).encoded(), replyAddress: nil)
    #expect(machine.handle(.delivered([probe], generation: 1)) == [.storeDeadLetters([])])
    let next = [try delivery(2), Delivery(tag: 3, body: CommandBatch(entries: []).encoded(), replyAddress: nil)]
    _ = machine.handle(.delivered(next, generation: 1))
    #expect(
      machine.handle(.deadLettersStored(true))
        == [.acknowledge(upTo: 1, generation: 1), .apply(commands(next))])
    _ = machine.handle(.applied(committed(next)))
    #expect(machine.handle(.finished) == [.acknowledge(upTo: 3, generation: 1)])
  }

  @Test func aRefusedCommandIsAnsweredAndChangesNoRow() throws {
    var machine = opened()
    let batch = [try delivery(1, reply: "q")]
    _ = machine.handle(.delivered(batch, generation: 1))
    let result = AppliedCommand(command: commands(batch)[0], version: 6, disposition: .refused)
    guard case .finish(let completion) = machine.handle(.applied(.committed([result]))).first else {
      Issue.record("not finished")
      return
    }
    #expect(completion.rows.isEmpty && completion.keysToReload.isEmpty)
    #expect(completion.replies.map(\.reply.result) == [.refused(version: 6)])
    #expect(machine.handle(.finished) == [.acknowledge(upTo: 1, generation: 1)])
  }
}
