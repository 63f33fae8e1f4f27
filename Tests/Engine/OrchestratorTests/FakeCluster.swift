import ChaosPlan
import Faults
import Foundation
import History
import Report
import Stack
import Synchronization

@testable import Orchestrator

/// A cluster in memory: what it looks like, and how each call ends, is told in advance; every call is recorded.
final class FakeCluster: Cluster {
  private struct World {
    /// The looks to come; the last one stays.
    var looks: [Result<StackStatus, StackError>]
    var failures: [FaultError?] = []
    var losses: [[FaultLoss]] = []
    var heals: [HealReport] = []
    var calls: [String] = []
    var holdsInjections = false
    var isOutOfSight = false
  }

  private let world: Mutex<World>

  init(_ looks: [Result<StackStatus, StackError>]) { world = Mutex(World(looks: looks)) }

  convenience init(_ status: StackStatus) { self.init([.success(status)]) }

  /// `status`, `inject kill redis-1`, `losses kill`, `heal kill`, in this order.
  var calls: [String] { world.withLock { $0.calls } }

  /// How the next injections end; `nil` and all after them: well.
  func fail(_ failures: FaultError?...) { world.withLock { $0.failures += failures } }
  func lose(_ losses: [FaultLoss]) { world.withLock { $0.losses.append(losses) } }
  func heal(as report: HealReport) { world.withLock { $0.heals.append(report) } }

  /// The next injections go on until they are cancelled.
  func holdInjections() { world.withLock { $0.holdsInjections = true } }
  /// After the run nothing can be found out any more.
  func loseSight() { world.withLock { $0.isOutOfSight = true } }

  func status() async throws(StackError) -> StackStatus {
    try world.withLock { world in
      world.calls.append("status")
      return world.looks.count > 1 ? world.looks.removeFirst() : world.looks[0]
    }.get()
  }

  func inject(_ fault: any Fault, into targets: [FaultTarget]) async throws(FaultError) -> Injection {
    let failure: FaultError? = world.withLock { world in
      world.calls.append("inject \(fault.kind) \(targets.map(\.node).joined(separator: ","))")
      return world.failures.isEmpty ? nil : world.failures.removeFirst()
    }
    if let failure { throw failure }
    if world.withLock({ $0.holdsInjections }) {
      while !Task.isCancelled { try? await Task.sleep(for: .milliseconds(2)) }
      throw FaultError(code: .injectionFailed, message: "cancelled")
    }
    return Injection(
      kind: fault.kind,
      entries: targets.map { LedgerEntry(id: $0.node, undo: Undo(kind: fault.kind, target: $0), time: "") })
  }

  func losses(of injection: Injection) async -> [FaultLoss] {
    world.withLock { world in
      world.calls.append("losses \(injection.kind)")
      return world.losses.isEmpty ? [] : world.losses.removeFirst()
    }
  }

  func heal(_ injection: Injection) async -> HealReport {
    world.withLock { world in
      world.calls.append("heal \(injection.kind)")
      return world.heals.isEmpty ? HealReport(healed: injection.entries.map(\.undo)) : world.heals.removeFirst()
    }
  }
}

extension FakeCluster {
  func residue() async throws(StackError) -> [String] { try search("residue") }

  func lacking(within limit: Duration) async throws(StackError) -> [String] { try search("lacking \(limit)") }

  func logs(since: Int64, _ take: @escaping @Sendable (String, String) throws -> Void) async -> [String] {
    let isOutOfSight = world.withLock { world in
      world.calls.append("logs")
      return world.isOutOfSight
    }
    guard !isOutOfSight else { return ["the containers' logs could not be fetched"] }
    do {
      try take("p-api-1", "a log")
      return []
    } catch {
      return ["\(error)"]
    }
  }

  private func search(_ call: String) throws(StackError) -> [String] {
    let isOutOfSight = world.withLock { world in
      world.calls.append(call)
      return world.isOutOfSight
    }
    if isOutOfSight { throw StackError(code: .unavailable, message: "no engine") }
    return []
  }
}

/// A clock on which sleeping takes no time.
struct ImmediateClock: Clock {
  struct Instant: InstantProtocol {
    var offset: Duration = .zero
    func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
    func duration(to other: Instant) -> Duration { other.offset - offset }
    static func < (first: Instant, second: Instant) -> Bool { first.offset < second.offset }
  }

  var now: Instant { Instant() }
  var minimumResolution: Duration { .zero }
  func sleep(until deadline: Instant, tolerance: Duration?) async throws { try Task.checkCancellation() }
}

/// The crew of some strikes over a fake cluster, with the files that it writes.
final class CrewBench {
  static let seed: UInt64 = 7
  let cluster: FakeCluster
  let crew: FaultCrew
  private let folder: String
  private let history: HistoryWriter
  private let log: FaultLog

  init(_ strikes: [Strike], _ cluster: FakeCluster, allowsMajorityLoss: Bool = false) throws {
    self.cluster = cluster
    folder = FileManager.default.temporaryDirectory.appending(path: "kvchaos-crew-\(UUID().uuidString)").path()
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    history = try HistoryWriter(path: "\(folder)/history.jsonl")
    log = FaultLog(path: "\(folder)/faults.jsonl")
    var safety = SafetySettings()
    safety.allowMajorityLoss = allowsMajorityLoss
    crew = FaultCrew(
      strikes: strikes, safety: safety, seed: Self.seed, namespace: "r1", cluster: cluster, history: history, log: log,
      clock: ImmediateClock())
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// `history.jsonl` without the times.
  func historyText() throws -> String {
    try String(contentsOfFile: "\(folder)/history.jsonl", encoding: .utf8)
      .replacing(/"time":\d+/) { _ in "\"time\":0" }
  }

  /// `faults.jsonl` without the times.
  func faultsText() throws -> String {
    try String(contentsOfFile: "\(folder)/faults.jsonl", encoding: .utf8)
      .replacing(/"timeNanoseconds":\d+/) { _ in "\"timeNanoseconds\":0" }
      .replacing(/"wallTime":"[^"]+"/) { _ in "\"wallTime\":\"\"" }
  }

  /// Each word of the nemesis with its nodes and what it says: `kill-failed redis-1: a reason`.
  func words() throws -> [String] {
    try RecordedHistory(path: "\(folder)/history.jsonl").events.map { event in
      var nodes = ""
      if case .list(let names) = event.value {
        nodes = names.map { if case .string(let name) = $0 { name } else { "?" } }.joined(separator: ",")
      }
      return ([event.function, nodes].filter { !$0.isEmpty }.joined(separator: " "))
        + (event.error.map { ": \($0)" } ?? "")
    }
  }

  /// Each line of `faults.jsonl`: `kill redis: failed redis-1: a reason`.
  func lines() throws -> [String] {
    struct Line: Decodable {
      var fault: String
      var event: String
      var targets: [String]
      var message: String?
    }
    return try String(contentsOfFile: "\(folder)/faults.jsonl", encoding: .utf8).split(separator: "\n").map {
      let line = try JSONDecoder().decode(Line.self, from: Data($0.utf8))
      return "\(line.fault): " + ([line.event] + line.targets).joined(separator: " ")
        + (line.message.map { ": \($0)" } ?? "")
    }
  }

  /// A row of the report without its times, whose order is checked: `struck in-effect healed; problem a reason`.
  func row(_ index: Int) -> String {
    let row = crew.reports[index]
    let all: [(String, Double?)] = [
      ("struck", row.struckAt), ("in-effect", row.inEffectAt), ("heal-ordered", row.healOrderedAt),
      ("healed", row.healedAt),
    ]
    let times: [(String, Double)] = all.compactMap { name, time in time.map { (name, $0) } }
    let isOrdered = zip(times, times.dropFirst()).allSatisfy { $0.1 <= $1.1 } && times.allSatisfy { $0.1 >= 0 }
    var parts = [row.label] + row.targets.map { "\($0.node)=\($0.container)=\($0.role)" }
    parts.append(times.map(\.0).joined(separator: " ") + (isOrdered ? "" : " (out of order)"))
    parts += row.problems.map { "problem \($0)" }
    parts += (row.notHealed ?? []).map { "not healed \($0)" }
    parts += (row.endedEarly ?? []).map { "ended early \($0)" }
    if let reason = row.skipped { parts.append("skipped \(reason)") }
    return parts.joined(separator: "; ")
  }
}

extension StackNode {
  static func running(
    _ name: String, _ tier: Tier, _ role: Role? = nil, _ detail: String = "a node", slots: [ClosedRange<Int>]? = nil
  ) -> StackNode {
    StackNode(
      name: name, container: "p-\(name)", id: name, tier: tier, roles: role.map { [$0] } ?? [], detail: detail,
      state: ContainerState(status: .running, health: nil, exitCode: nil, startedAt: ""), slots: slots,
      address: "10.0.0.\(name.suffix(1))")
  }
}

extension StackStatus {
  /// Three masters, three brokers and two APIs.
  static let whole = StackStatus(
    flavour: .patroni,
    nodes: [
      .running("api-1", .api, .member), .running("api-2", .api, .member),
      .running("rabbitmq-1", .rabbitmq, .leader), .running("rabbitmq-2", .rabbitmq, .follower),
      .running("rabbitmq-3", .rabbitmq, .follower),
      .running("redis-1", .redis, .master, "master of 0-5460", slots: [0...5_460]),
      .running("redis-2", .redis, .master, "master of 5461-10922", slots: [5_461...10_922]),
      .running("redis-3", .redis, .master, "master of 10923-16383", slots: [10_923...16_383]),
    ])

  /// The same without some nodes.
  func without(_ names: String...) -> StackStatus {
    StackStatus(flavour: flavour, nodes: nodes.filter { !names.contains($0.name) })
  }
}

extension Strike {
  static func planned(_ action: FaultAction, _ selector: Selector, isOptional: Bool = false) -> Strike {
    Strike(
      PlannedFault(action: action, selector: selector, duration: .fixed(.seconds(1))), notBefore: [],
      isOptional: isOptional)
  }
}
