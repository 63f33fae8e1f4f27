import CapLedger
import ChaosPlan
import Failures
import Faults
import Orchestrator
import Polling
import Stack

/// The stack under a cell: waits for its tiers, applies the remedy, strikes and heals.
struct StackCell: CellCluster {
  private static let wholeLimit = Duration.seconds(90)
  private static let redisRemedy = ["min-replicas-to-write": "1", "min-replicas-max-lag": "2"]

  let cell: CapPlanCell
  let stack: Stack
  let session: StackSession
  /// The cell's own, for the names of what it creates.
  let namespace: String
  let seed: UInt64
  let progress: @Sendable (RunProgress) -> Void

  func prepare() async throws -> CellStart {
    let status = try await whole()
    let remedy = try await applyRemedy(status)
    let restore: @Sendable () async -> [String] = { [session, progress] in
      guard let remedy else { return [] }
      let problems = await session.injector.heal(remedy).failures.map { "not put back: \($0)" }
      for problem in problems { progress(.note(problem)) }
      return problems
    }
    do {
      let settings = try await stack.settings(of: cell.struckTier, on: status.flavour).map {
        CapRecord.LiveSetting(name: $0.name, value: $0.value, seconds: $0.seconds)
      }
      return CellStart(status: status, settings: settings, restore: restore)
    } catch {
      // The cell ends here, and cannot put back what it does not know.
      _ = await restore()
      throw error
    }
  }

  /// Resolves the targets from the current roles, and strikes.
  func strike(_ clients: [CapShot.ClientGroup]) async throws -> CellStrike {
    // On CockroachDB every table has its own leaseholder: the leaseholder of another table is irrelevant here.
    let table = cell.tier == .sql ? cell.workload.table(namespace) : nil
    let status = try await stack.status(leaderOf: table)
    let shot = try CapShot.aim(cell, in: status, clients: clients, seed: seed)
    progress(.note("\(cell.fault.name): \(shot.struck.joined(separator: ", "))"))
    let timed = TimedFault(shot.fault)
    let result: CellStrike.Result
    do {
      let injection = try await session.injector.inject(timed, into: shot.targets)
      result = .inEffect(
        CellStrike.Effect(struckAt: timed.struckAt) { await timed.heal(injection, by: session.injector) })
    } catch {
      result = .failed("\(error)")
    }
    return CellStrike(struck: shot.struck, sides: shot.sides, result: result)
  }

  func quiet() async throws -> (status: StackStatus, problems: [String]) {
    let status: StackStatus
    do {
      status = try await whole()
    } catch let error as CommandError {
      return (try await stack.status(), [error.message])
    }
    guard cell.tier == .store else { return (status, []) }
    let queued = await Poll.until(.now + Self.wholeLimit, every: .seconds(1)) { () async throws(Never) in
      await stack.queuedMessages()
    } isFinal: {
      $0 == 0
    }
    try Task.checkCancellation()
    return (status, queued == 0 ? [] : ["the queues were not drained in \(Self.wholeLimit)"])
  }

  /// A remedy that is a setting of the nodes, applied like a fault that is healed.
  private func applyRemedy(_ status: StackStatus) async throws -> Injection? {
    guard cell.variant == .minReplicas else { return nil }
    let nodes = status.nodes.filter { $0.tier == .redis && $0.state.status == .running }
    return try await session.injector.inject(RedisSettingFault(settings: Self.redisRemedy), into: nodes.map(\.target))
  }

  /// Waits until every node of the cell's tiers runs and counts as a member.
  private func whole() async throws -> StackStatus {
    let tiers: Set<Tier> =
      switch cell.tier {
      case .redis: [.redis]
      case .rabbitmq: [.rabbitmq]
      case .sql: [.sql, .etcd]
      case .store: Set(stack.configuration.planTarget.tiers.map(\.tier))
      }
    let (status, missing) = try await Poll.until(.now + Self.wholeLimit, every: .seconds(1)) {
      let status = try await stack.status()
      let gone = stack.missing(from: status, since: session.roster.nodes(of: tiers))
      let nodes = status.nodes.filter { tiers.contains($0.tier) }
      var missing = Self.unready(nodes, gone: gone)
      if missing == nil { missing = await notJoined(nodes) }
      return (status, missing)
    } isFinal: {
      $0.1 == nil
    }
    guard let missing else { return status }
    try Task.checkCancellation()
    throw CommandError(.unavailable, "the stack is not in order after \(Self.wholeLimit): \(missing)")
  }

  /// The first node that is not healthy in its tier, as seen from outside; `nil`: none.
  static func unready(_ nodes: [StackNode], gone: [NodeLack]) -> String? {
    gone.first?.description
      ?? nodes.first { $0.state.status != .running || $0.roles.isEmpty }.map { "\($0.name) is \($0.detail)" }
  }

  /// Why a node is not a member yet, according to the node; `nil` when all are.
  private func notJoined(_ nodes: [StackNode]) async -> String? {
    let command = ["bash", "-c", "command -v node-joined >/dev/null || exit 0; node-joined"]
    return await withTaskGroup(of: String?.self) { group in
      for node in nodes where [.redis, .rabbitmq, .sql].contains(node.tier) {
        group.addTask {
          do {
            let result = try await stack.engine.exec(node.container, command, timeout: .seconds(15))
            return result.exitCode == 0 ? nil : "\(node.name): \(result.output.filter { !$0.isNewline })"
          } catch {
            return "\(node.name): \(error)"
          }
        }
      }
      return await group.reduce(nil) { $0 ?? $1 }
    }
  }
}
