import Stack
import Testing

extension Scenarios {
  /// The way back from the workers to the APIs.
  @Suite(.serialized) struct ReplyQueues {
    /// What a broker that was frozen and comes back does to the others' exclusive queues: their metadata are deleted,
    /// the queues live on, and their subscribers are told nothing. The APIs must find out, and declare others.
    @Test(.timeLimit(.minutes(5))) func aReplyQueueThatNobodyFindsIsReplaced() async throws {
      let store = try await StoreUnderTest()
      let before = try await replyQueues(store)
      #expect(!before.isEmpty)
      let broker = try #require(await store.stack.status().nodes.first { $0.tier == .rabbitmq })
      let command = """
        [rabbit_db_queue:delete(amqqueue:get_name(Q), normal) || Q <- rabbit_amqqueue:list(), \
        amqqueue:get_exclusive_owner(Q) =/= none].
        """
      let result = try await store.stack.engine.run(
        ["rabbitmqctl", "eval", command], in: broker.container, timeout: .seconds(30))
      #expect(result.exitCode == 0, "\(result.output)")
      let areReplaced = try await store.holds(within: .seconds(30)) {
        let now = try await replyQueues(store)
        return now.count == before.count && now.isDisjoint(with: before)
      }
      #expect(areReplaced)
      #expect(try await store.put("reply", "v", ack: "committed").status == 200)
    }

    private func replyQueues(_ store: StoreUnderTest) async throws -> Set<String> {
      Set(try await store.queues().map(\.name).filter { $0.hasPrefix("amq.gen-") })
    }
  }
}
