import Foundation
import Report
import Workload

/// What the report and the caller are told of a run, from the state of its machine. Pure.
struct RunAccount: Sendable {
  /// How long nodes may take after the final reads to do their part again: a standby that is rewound, or copied again.
  private static let nodesLimit = Duration.seconds(40)

  let machine: RunMachine

  /// The phases of the run that have something to show, in seconds.
  ///
  /// - Parameter end: the end of the last one.
  func phases(until end: Duration) -> [Phase] {
    let starts = machine.phaseStarts.filter { $0.phase != .prepare }
    let ends = starts.dropFirst().map(\.at) + [end]
    return zip(starts, ends).filter { $0.0.phase != .verdict }.map { start, end in
      Phase(name: start.phase.rawValue, start: start.at / .seconds(1), end: end / .seconds(1))
    }
  }

  /// When the traffic was told to stop, in seconds.
  var trafficEnd: Double { seconds(of: .ending) ?? 0 }

  /// When the steady state after began, in seconds; `nil` where it did not.
  var recoveredAt: Double? { seconds(of: .steadyAfter) }

  /// Why the run ended early; `nil` where it did not.
  var interruption: String? {
    switch machine.interruption {
    case .user(let reason): "interrupted by \(reason)"
    case .failure(let reason): reason
    case nil: nil
    }
  }

  /// Why no verdict can rest on the run; `nil` where it can.
  ///
  /// - Parameter failures: the run's own failures, in sentences.
  func obstacle(_ failures: [String]) -> String? {
    let reasons = [machine.obstacle ?? interruption].compactMap(\.self) + failures
    return reasons.isEmpty ? nil : reasons.joined(separator: "; ")
  }

  /// How long the nodes are waited for. A user who interrupts a run does not want to wait for more.
  var nodesLimit: Duration { machine.interruption == nil ? Self.nodesLimit : .zero }

  /// What the caller is told.
  ///
  /// - Parameter failures: the run's own failures, in sentences.
  func result(_ report: RunReport, folder: String, failures: [String]) -> RunResult {
    var result = RunResult(report: report, folder: folder, wasInterrupted: false, failure: failures.first)
    switch machine.interruption {
    case .user: result.wasInterrupted = true
    case .failure(let reason): result.failure = reason
    case nil: break
    }
    return result
  }

  private func seconds(of phase: RunPhase) -> Double? { machine.start(of: phase).map { $0 / .seconds(1) } }
}

extension RunOptions {
  /// The bound for P4, so that users can pass the same to `kvchaos check --cache-ttl`.
  static func cacheBound(timeToLive: Duration) -> String {
    let bound = (timeToLive + cacheMargin) / .seconds(1)
    return "cached reads may be stale by \(bound.formatted()) s: the cache's time to live, and "
      + "\((cacheMargin / .seconds(1)).formatted()) s for the request that fills it"
  }
}

extension SettlementSummary {
  init(_ outcome: Settlement.Outcome) {
    self.init(
      acknowledgedWrites: outcome.acknowledgedWrites, unknownWrites: outcome.unknownWrites,
      refusedWrites: outcome.refusedWrites, appliedUnknownWrites: outcome.appliedUnknownWrites,
      keysRead: outcome.keys, unreadKeys: outcome.unreadKeys, unansweredAudits: outcome.unansweredAudits,
      drainSeconds: outcome.drain / .seconds(1))
  }
}
