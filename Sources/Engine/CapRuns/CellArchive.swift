import CapLedger
import ChaosPlan
import Failures
import Foundation
import History
import Orchestrator
import PrettyJSON

/// A cell's folder: its record, its history on one clock, and what each client printed.
struct CellArchive: Sendable {
  let cell: CapPlanCell
  let folder: String
  let seed: UInt64

  /// Makes the folder, in place of that of an earlier run.
  func open() throws(CommandError) {
    try? FileManager.default.removeItem(atPath: folder)
    do {
      try FileManager.default.createDirectory(atPath: "\(folder)/clients", withIntermediateDirectories: true)
    } catch {
      throw CommandError(.internalFault, "\(folder) cannot be made: \(error.localizedDescription)")
    }
  }

  /// Writes what happened.
  ///
  /// - Throws: `CommandError`, and `HistoryError` where what a client printed is no history.
  func save(_ log: CellLog) throws -> CapRecord {
    guard let workload = CapRecord.Workload(rawValue: cell.workload.rawValue) else {
      throw CommandError(.internalFault, "the ledger knows no workload \(cell.workload.rawValue)")
    }
    let parts = try log.histories.map { try events($0.text, $0.side) } + [nemesis(log)]
    func seconds(_ time: Int64?) -> Double? { time.map { Double($0 - log.startedAt) / 1e9 } }
    let record = CapRecord(
      tier: cell.tier.rawValue, variant: cell.variant.rawValue, workload: workload, fault: cell.fault.name,
      struckTier: cell.struckTier.rawValue, isPartition: cell.fault.partition != nil || cell.fault.isIsolation,
      sides: log.sides, stride: ClientContainers.stride, struckAt: seconds(log.struckAt),
      healBeganAt: seconds(log.healBeganAt), healedAt: seconds(log.healedAt),
      endedAt: Double(log.endedAt - log.startedAt) / 1e9, clientTimeout: cell.tier.clientTimeout / .seconds(1),
      settings: log.settings, bankTotal: cell.workload == .bank ? CapBank.total : nil,
      flavour: log.flavour.rawValue, startedAt: log.startDate.formatted(.iso8601), seed: seed, problems: log.problems)
    try write(HistoryMerge.merge(parts, startingAt: log.startedAt))
    try write(record)
    return record
  }

  /// Keeps what a client printed, and reads it.
  private func events(_ text: String, _ name: String) throws -> [Event] {
    let path = "\(folder)/clients/\(name).jsonl"
    do {
      try text.write(toFile: path, atomically: true, encoding: .utf8)
    } catch {
      throw CommandError(.internalFault, "\(path) cannot be written: \(error.localizedDescription)")
    }
    return text.isEmpty ? [] : try RecordedHistory(path: path).events
  }

  private func nemesis(_ log: CellLog) -> [Event] {
    [(log.struckAt, cell.fault.name), (log.healedAt, "heal")].compactMap { time, word in
      time.map {
        Event(
          index: 0, timeNanoseconds: $0, process: .nemesis, kind: .info, function: word,
          value: .list(log.struck.map(Value.string)))
      }
    }
  }

  private func write(_ events: [Event]) throws {
    let file = try HistoryFile(path: "\(folder)/history.jsonl")
    for event in events { try file.append(event) }
    try file.close()
  }

  private func write(_ record: CapRecord) throws(CommandError) {
    do {
      try PrettyJSON.text(record).write(toFile: "\(folder)/record.json", atomically: true, encoding: .utf8)
    } catch {
      throw CommandError(.internalFault, "\(folder)/record.json cannot be written: \(error)")
    }
  }
}

extension CapPlanCell {
  /// The tier that the fault strikes.
  var struckTier: Tier { fault.selector.tier ?? .sql }
}
