import ChaosPlan
import Faults
import Orchestrator
import Stack

/// One cell on the real stack: puts `CellRun` together with client containers, and keeps its record.
struct CapCellRun: Sendable {
  let cell: CapPlanCell
  let stack: Stack
  let injector: FaultInjector
  /// The nodes that existed at the start of the series.
  let roster: Roster
  /// Of the results.
  let folder: String
  let seed: UInt64
  let progress: @Sendable (RunProgress) -> Void

  /// Never throws: in any case the faults are healed and the clients removed.
  func run() async -> CapSeries.Outcome {
    let namespace = "c\(String(UInt32.random(in: 0...UInt32.max), radix: 36))"
    let archive = CellArchive(cell: cell, folder: folder, seed: seed)
    do {
      try archive.open()
      var run = CellRun(
        cell: cell, traffic: ClientContainers(stack: stack, cell: cell, namespace: namespace, seed: seed),
        cluster: StackCell(
          cell: cell, stack: stack, injector: injector, roster: roster, namespace: namespace, seed: seed,
          progress: progress),
        clock: SystemCellClock(), progress: progress)
      let log = await run.run()
      switch log.interruption {
      case .user(let reason), .failure(let reason): return .failed(reason)
      case nil: return .recorded(try archive.save(log), folder: folder)
      }
    } catch {
      return .failed("\(error)")
    }
  }
}
