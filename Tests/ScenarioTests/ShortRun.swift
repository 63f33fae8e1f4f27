import ChaosPlan
import Orchestrator
import Report
import Stack
import TestSupport
import Testing

/// A short run of one fault or a few: each must be in effect as measured, be healed, and leave nothing; no promise may
/// break.
struct ShortRun: Sendable, CustomTestStringConvertible {
  var name: String
  /// The list of a plan's faults, as YAML: an item a line of its own.
  var faults: String
  var allowsMajorityLoss = false
  /// Writes that are answered when they are committed, and reads that a deposed leader cannot answer: for
  /// linearizability.
  var isCommitted = false

  var testDescription: String { name }

  var text: String {
    """
    name: \(name)
    description: Is it in effect, is it healed, and does every promise hold?
    workload:
      { kind: register, clients: 6, keys: 8, fresh-key-share: 0.3, read-share: 0.4, rate: 50/s\(levels) }
    steady-state: { before: 2s, after: 3s }
    safety: { allow-majority-loss: \(allowsMajorityLoss) }
    faults:
    \(faults.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"))
    expect: { lost-writes: 0, never-written-reads: 0\(isCommitted ? ", linearizable: true" : "") }

    """
  }

  private var levels: String { isCommitted ? ", ack: committed, read: linearizable" : "" }

  func plan() throws -> Plan { try PlanParser.parse(text, path: "\(name).yml", target: StoreTarget.forPlans) }

  /// Runs it, and holds it to what every short run is held to.
  @discardableResult func run() async throws -> RunReport {
    let plan = try plan()
    let result = try await Laboratory.run(PlanFile(path: "\(name).yml", text: text, plan: plan))
    let report = TextReport(result.report, folder: result.folder).text
    #expect(result.exitStatus == 0, "\(report)")
    #expect(result.report.faults.count == plan.faults.flatMap(\.faults).count, "\(report)")
    for struck in result.report.faults {
      #expect(struck.inEffectAt != nil && struck.healedAt != nil, "\(struck.label): \(report)")
      #expect(struck.problems.isEmpty, "\(struck.label): \(struck.problems)")
    }
    #expect(result.report.lostWrites.isEmpty)
    let residue = try await Stack(try Laboratory.configuration()).residue()
    #expect(residue.isEmpty, "\(residue)")
    return result.report
  }
}

extension ShortRun {
  private static func network(_ name: String, _ fault: String) -> ShortRun {
    ShortRun(name: "short-\(name)", faults: "- \(fault)\n  duration: 4s")
  }

  static let processes = [
    ShortRun(
      name: "short-processes",
      faults: """
        - sequence:
            - stop: { tier: worker, role: active-consumer }
              duration: 2s
            - pause: { tier: redis, role: master }
              duration: 3s
            - crash-loop: { tier: worker, role: active-consumer, interval: 1s }
              duration: 4s
            - kill: { tier: rabbitmq, role: follower }
              duration: 2s
        """),
    ShortRun(name: "short-rolling-restart", faults: "- restart: { tier: api, mode: all }"),
    ShortRun(
      name: "short-tier-kill", faults: "- kill: { tier: worker, mode: all }\n  duration: 3s", allowsMajorityLoss: true),
    ShortRun(
      name: "short-power-loss", faults: "- kill: { tier: all, mode: all }\n  duration: 2s", allowsMajorityLoss: true,
      isCommitted: true),
  ]

  static let networks = [
    network("isolate", "isolate: { tier: redis, role: replica }"),
    network("isolate-from-tier", "isolate: { tier: worker, peers: sql, direction: out }"),
    network("isolate-one-way", "isolate: { tier: rabbitmq, role: follower, peers: own-tier, direction: in }"),
    network("ring", "partition: { tier: redis, shape: majorities-ring }"),
    network("bridge", "partition: { tier: rabbitmq, shape: bridge }"),
    network("loss", "loss: { tier: api, mode: all, percent: 5 }"),
    network("reset", "reset: { tier: redis, role: master, percent: 20 }"),
    network("latency", "latency: { tier: rabbitmq, role: leader, delay: 40ms, jitter: 10ms }"),
    network("bandwidth", "bandwidth: { tier: rabbitmq, role: follower, rate: 512kbit/s }"),
    network("dns-failure", "dns-failure: { tier: api, mode: all }"),
  ]

  static let resources = [
    ShortRun(
      name: "short-resources",
      faults: """
        - sequence:
            - cpu-limit: { tier: sql, role: leader, cores: 0.2 }
              duration: 4s
            - memory-limit: { tier: worker, role: active-consumer, bytes: 8MiB }
              duration: 4s
        """),
    ShortRun(
      name: "short-files-and-disks",
      faults: """
        - sequence:
            - file-limit: { tier: redis, role: master }
              duration: 3s
            - file-limit: { tier: proxy }
              duration: 3s
            - disk-full: { tier: rabbitmq, role: leader }
              duration: 3s
            - disk-full: { tier: sql, role: leader }
              duration: 3s
            - read-only: { tier: redis, role: replica }
              duration: 3s
        """),
  ]

  static let clocks = [
    ShortRun(
      name: "short-clocks",
      faults: """
        - sequence:
            - clock: { tier: sql, role: leader, offset: 90s }
              duration: 2s
            - clock: { tier: rabbitmq, role: leader, offset: -90s }
              duration: 2s
            - clock: { tier: redis, role: master, drift: 20% }
              duration: 2s
            - clock: { tier: worker, role: active-consumer, drift: -20% }
              duration: 2s
            - clock: { tier: api, offset: 60s, drift: 10% }
              duration: 2s
        """)
  ]

  static let states = [
    ShortRun(
      name: "short-states",
      faults: """
        - sequence:
            - flush: { tier: redis, role: master, mode: all }
            - failover: { tier: redis, role: replica }
            - drain: { tier: rabbitmq, role: leader }
              duration: 3s
            - wipe: { tier: redis, role: replica }
              duration: 1s
        """),
    ShortRun(
      name: "short-replica-replaced", faults: "- wipe: { tier: sql, role: follower }\n  duration: 2s", isCommitted: true
    ),
  ]

  static let memberships = [
    ShortRun(
      name: "short-memberships",
      faults: """
        - sequence:
            - scale: { tier: worker, to: 1 }
              duration: 2s
            - forget: { tier: rabbitmq, role: leader }
              duration: 3s
            - move-slots: { tier: redis, role: master, slots: 200 }
              duration: 2s
        """)
  ]

  static let all = processes + networks + resources + clocks + states + memberships
}
