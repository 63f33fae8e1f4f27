import Foundation
import Stack
import Synchronization
import Testing

extension Scenarios {
  /// A tier is gone, all of it or its quorum: the store says so, refuses in time what it cannot do, answers the rest,
  /// and never says what is not so. Afterwards all is as before.
  @Suite(.serialized) struct Outages {
    /// Without any Redis reads are slower, not wrong.
    @Test(.timeLimit(.minutes(5))) func allOfRedis() async throws {
      let store = try await StoreUnderTest()
      let nodes = try await store.stack.status().nodes.filter { $0.tier == .redis }
      #expect(nodes.count == 6)
      for number in 0..<10 { #expect(try await store.put("k\(number)", "old", ack: "committed").status == 200) }
      #expect(try await store.put("gone", "old", ack: "committed").status == 200)
      try await store.withKilled(nodes) {
        #expect(try await store.readinessNames(down: ["redis"], status: 200))
        #expect(try await store.ask("/metrics").response.text.contains("kv_cache_reads_total"))
        #expect(try await store.delete("gone").status == 200)
        for number in 0..<10 {
          #expect(try await store.put("k\(number)", "new", ack: "committed").status == 200)
          for read in ["cache", "linearizable"] {
            let answer = try await store.get("k\(number)", read: read)
            #expect(answer.status == 200 && answer.response.text.contains("new"), "\(answer.response.text)")
            #expect(answer.time < .seconds(2))
          }
        }
        #expect(try await store.get("gone").status == 404)
        #expect(try await store.puts(20, series: "queued").allSatisfy { $0.status == 200 })
      }
      #expect(try await store.readinessNames(down: [], status: 200))
      // The cache is in use again: a read fills it.
      let isCached = try await store.holds(within: .seconds(20)) {
        guard try await store.get("k0").response.text.contains("new") else { return false }
        return try await store.redis("HGET", "kv:\(store.prefix)-k0", "d") == "new\n"
      }
      #expect(isCached)
      #expect(try await store.get("gone").status == 404)
    }

    /// Without a quorum RabbitMQ accepts nothing: a client that writes is refused within two seconds.
    @Test(.timeLimit(.minutes(5))) func theQuorumOfRabbitMQ() async throws {
      let store = try await StoreUnderTest()
      let brokers = try await store.stack.status().nodes.filter { $0.tier == .rabbitmq }
      #expect(brokers.count == 3)
      #expect(try await store.put("read", "v", ack: "committed").status == 200)
      try await store.withKilled(Array(brokers.suffix(2))) {
        // The APIs find out by themselves, partition by partition; a command that leaves before that has no known
        // outcome.
        #expect(try await store.holds(within: .seconds(30)) { try await silentPartitions(store) == [4, 4, 4] })
        #expect(try await store.readinessNames(down: ["rabbitmq"], status: 503))
        #expect(try await store.ask("/metrics").status == 200)
        for ack in ["queued", "committed"] {
          let late = try await store.puts(30, ack: ack, series: ack).filter { !$0.isPromptRefusal }
          #expect(late.isEmpty, "\(late.map { ($0.status, $0.time) })")
        }
        for read in ["cache", "linearizable"] {
          #expect(try await store.get("read", read: read).response.text.contains("\"v\""))
        }
      }
      #expect(try await store.recovers())
      #expect(try await store.readinessNames(down: [], status: 200))
      // Refused is refused: what was said not to be applied is not applied later.
      for ack in ["queued", "committed"] {
        let records = try await store.all(30) { try await store.ask("/operations/\(store.prefix)-\(ack)\($0)") }
        #expect(records.allSatisfy { $0.status == 404 }, "\(records.map(\.status))")
      }
      #expect(try await store.puts(40, ack: "committed", series: "after").allSatisfy { $0.status == 200 })
    }

    /// Of each API, how many partitions confirm nothing.
    private func silentPartitions(_ store: StoreUnderTest) async throws -> [Int] {
      var counts: [Int] = []
      for node in try await store.stack.status().nodes where node.tier == .api {
        let text = try await store.exec(node.container, ["kv-api", "metrics"], mustSucceed: true)
        let line = text.split(separator: "\n").first { $0.hasPrefix("kv_publish_silent_partitions{") }
        counts.append(Int(Double(line?.split(separator: " ").last ?? "") ?? -1))
      }
      return counts
    }

    /// Large values that no worker can apply fill the queues; then writes are refused in time, no container is killed
    /// for its memory, and what was acknowledged is applied in the end.
    @Test(.timeLimit(.minutes(8))) func largeValuesWithoutSQL() async throws {
      let store = try await StoreUnderTest()
      let nodes = try await store.stack.status().nodes
      let value = String(repeating: "v", count: 1 << 20)
      let acknowledged = Mutex<[String]>([])
      try await store.withPaused(nodes.filter { $0.tier == .sql }) {
        var number = 0
        // 4 queues of 64 MiB, and what the workers hold.
        let areFull = try await store.holds(within: .seconds(180)) {
          let first = number
          number += 40
          let answers = try await store.all(40) {
            try await store.put("large\(first + $0)", value, operation: "\(store.prefix)-large\(first + $0)")
          }
          for (index, answer) in answers.enumerated() where answer.status == 200 {
            acknowledged.withLock { $0.append("\(store.prefix)-large\(first + index)") }
          }
          #expect(answers.allSatisfy { [200, 503, 504].contains($0.status) }, "\(answers.map(\.status))")
          return answers.allSatisfy { $0.isPromptRefusal }
        }
        #expect(areFull)
        // And stay so.
        let late = try await store.all(40) { try await store.put("late\($0)", value) }
        #expect(late.allSatisfy { $0.isPromptRefusal }, "\(late.map { ($0.status, $0.time) })")
      }
      #expect(acknowledged.withLock { $0.count } > 100)
      #expect(try await store.recovers(within: .seconds(120)))
      for operation in acknowledged.withLock({ $0 }) {
        #expect(try await store.isRecorded(operation, within: .seconds(120)), "\(operation)")
      }
      let left = Set(try await store.stack.status().nodes.map(\.name))
      #expect(left.isSuperset(of: nodes.map(\.name)))
      for node in nodes {
        let state = try await store.stack.engine.state(of: node.container)
        #expect(state.status == .running, "\(node.name): \(state)")
      }
      for number in 0..<acknowledged.withLock({ $0.count }) + 200 {
        _ = try await store.delete("large\(number)", ack: "queued")
      }
    }

    /// Without SQL writes are taken and wait; what needs the table is refused or unknown, in time, and nothing is
    /// answered that is not known.
    @Test(.timeLimit(.minutes(5))) func allOfSQL() async throws {
      let store = try await StoreUnderTest()
      let nodes = try await store.stack.status().nodes.filter { $0.tier == .sql }
      #expect(nodes.count == 3)
      #expect(try await store.put("cached", "old", ack: "committed").status == 200)
      #expect(try await store.get("cached").status == 200)
      let committed = "\(store.prefix)-committed"
      try await store.withKilled(nodes) {
        async let write = store.put("written", "v", ack: "committed", operation: committed)
        #expect(try await store.readinessNames(down: ["sql"], status: 503))
        #expect(try await store.ask("/metrics").response.text.contains("kv_sql_reads_unavailable_total"))
        #expect(try await store.puts(20).allSatisfy { $0.status == 200 })
        #expect(try await store.put("cached", "new").status == 200)
        let reads = try await store.all(30) { _ in try await store.get("cached", read: "linearizable") }
        #expect(reads.allSatisfy { $0.isPromptRefusal }, "\(reads.map { ($0.status, $0.time) })")
        // That a key or an operation is not there is an answer too, which no node can give.
        for path in ["/store/\(store.prefix)-k0", "/operations/\(store.prefix)-0", "/store?prefix=\(store.prefix)"] {
          let answer = try await store.ask(path)
          #expect(answer.isPromptRefusal, "\(path): \(answer.status) after \(answer.time)")
        }
        // The cache has the last committed write, now that no pending write hides it.
        let isOld = try await store.holds(within: .seconds(12)) {
          let cached = try await store.get("cached")
          return cached.status == 200 && cached.response.text.contains("old")
        }
        #expect(isOld)
        let written = try await write
        #expect(written.status == 504 && written.response.text.contains("\"outcome\":\"unknown\""))
        #expect(written.time < .seconds(12))
      }
      #expect(try await store.recovers())
      #expect(try await store.readinessNames(down: [], status: 200))
      // What was taken is applied, each once; the unknown write was one of them.
      for operation in (0..<20).map(String.init) + ["committed"] {
        #expect(try await store.isRecorded("\(store.prefix)-\(operation)", within: .seconds(30)), "\(operation)")
      }
      let row = try await store.get("cached", read: "linearizable")
      #expect(row.response.text.contains("new") && row.response.header("ETag") == "\"2\"", "\(row.response.text)")
      let unknown = try await store.get("written", read: "linearizable")
      #expect(unknown.response.header("ETag") == "\"1\"", "\(unknown.response.text)")
    }
  }
}
