import ChaosPlan
import Failures
import Foundation
import Stack

/// Measures what the broker and Redis reach on their own, inside the stack's network, to put the results of the load in
/// proportion.
struct BaselineMeter: Sendable {
  let stack: Stack

  private static let redisKey = "kvchaos.load.baseline"
  /// The key's entry in the cache; its owner is the master that is measured.
  private static let redisEntry = RedisSlot.entry(of: redisKey)
  private static let redisRequests = 100_000

  /// What could be measured, and a note about what could not.
  func measure() async -> (baselines: [LoadReport.Baseline], notes: [String]) {
    var baselines: [LoadReport.Baseline] = []
    var notes: [String] = []
    let status: StackStatus
    do throws(StackError) {
      status = try await stack.status()
    } catch {
      return ([], ["no baseline: \(error)"])
    }
    do {
      baselines += try await broker(status)
    } catch {
      notes.append("no baseline of the broker: \(error)")
    }
    do {
      baselines += try await redis(status)
    } catch {
      notes.append("no baseline of Redis: \(error)")
    }
    return (baselines, notes)
  }

  private func broker(_ status: StackStatus) async throws -> [LoadReport.Baseline] {
    guard let worker = status.nodes.first(where: { $0.tier == .worker && $0.state.status == .running }) else {
      throw CommandError(.unavailable, "no worker is running to measure it")
    }
    let result = try await stack.engine.exec(
      worker.container, ["kv-worker", "broker-bench"], timeout: .seconds(60))
    guard result.exitCode == 0 else {
      throw CommandError(
        .unavailable,
        "`kv-worker broker-bench` in \(worker.name) failed: \(Self.lastLine(result.error + result.output))")
    }
    return try Self.brokerRates(result.output)
  }

  /// A JSON object a line: `{"outstanding":500,"bytes":200,"perSecond":9750}`.
  static func brokerRates(_ output: String) throws -> [LoadReport.Baseline] {
    struct Line: Decodable {
      var outstanding: Int
      var bytes: Int
      var perSecond: Double
    }
    return try output.split(separator: "\n").map { text in
      let line = try JSONDecoder().decode(Line.self, from: Data(text.utf8))
      return LoadReport.Baseline(
        name:
          "RabbitMQ: persistent messages of \(line.bytes) bytes confirmed, one connection, \(line.outstanding) outstanding",
        perSecond: line.perSecond)
    }
  }

  private func redis(_ status: StackStatus) async throws -> [LoadReport.Baseline] {
    var generator = SystemRandomNumberGenerator()
    let owners = try status.resolve(
      Selector(tier: .redis, role: .master), ownerOf: Self.redisKey, using: &generator)
    guard let master = owners.first else { return [] }
    var baselines: [LoadReport.Baseline] = []
    for (name, pipeline, requests) in [
      ("one by one", 1, Self.redisRequests), ("16 pipelined", 16, Self.redisRequests * 3),
    ] {
      for (word, command) in [
        ("SET", "SET \(Self.redisEntry) \(String(repeating: "x", count: 200))"), ("GET", "GET \(Self.redisEntry)"),
      ] {
        let script = """
          exec redis-benchmark -a "$KV_REDIS_PASSWORD" --csv -c 50 -P \(pipeline) -n \(requests) \(command)
          """
        let result = try await stack.engine.exec(master.container, ["sh", "-c", script], timeout: .seconds(60))
        guard result.exitCode == 0, let rate = Self.redisRate(result.output) else {
          throw CommandError(.unavailable, "redis-benchmark in \(master.name) failed: \(Self.lastLine(result.error))")
        }
        baselines.append(
          LoadReport.Baseline(
            name: "Redis: \(word) of 200 bytes on one master, 50 connections, \(name)", perSecond: rate))
      }
    }
    let delete = #"REDISCLI_AUTH="$KV_REDIS_PASSWORD" exec redis-cli DEL \#(Self.redisEntry)"#
    _ = try await stack.engine.exec(master.container, ["sh", "-c", delete])
    return baselines
  }

  /// The requests per second in redis-benchmark's CSV: the second field of its last line.
  static func redisRate(_ output: String) -> Double? {
    output.split(separator: "\n").last?.split(separator: "\",\"").dropFirst().first
      .flatMap { Double($0.filter { $0 != "\"" }) }
  }

  private static func lastLine(_ text: String) -> String {
    text.split(separator: "\n").last.map(String.init) ?? "it gave no reason"
  }
}
