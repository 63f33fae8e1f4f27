import CapLedger
import ChaosPlan
import Failures
import Faults
import Orchestrator
import Stack

/// Runs cells of the CAP ledger, one after another, on the stack as it stands.
///
/// Faults go through the undo ledger, so that `kvchaos heal` undoes what a killed run leaves; client containers are
/// found by the search for residue.
public struct CapSeries: Sendable {
  /// The outcome of a cell.
  public enum Outcome: Sendable {
    /// It was run; reasons not to judge it are in the record's problems. `folder` holds `record.json` and the history.
    case recorded(CapRecord, folder: String)
    /// There is no record; the reason.
    case failed(String)
  }

  let configuration: StackConfiguration
  /// Under it each cell has a folder of its id.
  let folder: String
  let seed: UInt64
  let catchesSignals: Bool
  let progress: @Sendable (RunProgress) -> Void

  /// - Parameters:
  ///   - folder: `results/cap`; the folder of a cell that is run is replaced.
  ///   - seed: seeds the traffic and the draw of targets in the first cell; each later cell uses the next number;
  ///     `nil`: drawn.
  public init(
    configuration: StackConfiguration, folder: String, seed: UInt64? = nil, catchesSignals: Bool,
    progress: @escaping @Sendable (RunProgress) -> Void
  ) {
    self.configuration = configuration
    self.folder = folder
    self.seed = seed ?? UInt64.random(in: 0..<1 << 53)
    self.catchesSignals = catchesSignals
    self.progress = progress
  }

  /// Runs the cells in their order.
  ///
  /// - Parameters:
  ///   - flavour: of the SQL tier: that of the running stack, or of the one that is brought up.
  ///   - until: no further cell is begun from then on.
  ///   - begin: called when everything that cells need is ready, before the first.
  ///   - each: told of each cell as it ends.
  /// - Returns: the names of the cells that have no record: those that failed, and those that were not begun.
  /// - Throws: `CommandError`, `StackError` or `FaultError` where no cell could begin, or the
  ///   series was interrupted; every fault is healed before that.
  public func run(
    _ cells: [CapPlanCell], on flavour: SQLFlavour, until: ContinuousClock.Instant? = nil,
    begin: @Sendable () throws -> Void,
    each: @Sendable (CapPlanCell, Outcome) async throws -> Void
  ) async throws -> [String] {
    var chosen = configuration
    chosen.flavour = SQLFlavourChoice(flavour)
    let stack = Stack(chosen)
    return try await Interruption.watch(catchesSignals: catchesSignals) { [progress] reason in
      progress(.note("\(reason): healing; again: ends at once and leaves the rest to `kvchaos heal`"))
    } body: { interruption in
      let session: StackSession
      do {
        session = try await interruption.cancelling { try await open(stack) }
      } catch {
        guard interruption.reason != nil else { throw error }
        throw CommandError(.interrupted, "interrupted before the first cell")
      }
      try begin()
      var queue = CapQueue(cells, seed: seed)
      while true {
        let isLate = until.map { ContinuousClock.now >= $0 } ?? false
        switch queue.next(isInterrupted: interruption.reason != nil, isLate: isLate) {
        case .over: return queue.owed
        case .interrupted(let name):
          throw CommandError(.interrupted, "interrupted before the cell \(name)")
        case .run(let cell, let number, let own):
          progress(.note("cell \(number) of \(cells.count): \(cell.name), seed \(own)"))
          let outcome = await run(cell, seed: own, on: stack, of: session, until: interruption)
          if interruption.reason == nil {
            if case .failed = outcome { queue.noteFailure() }
            try await each(cell, outcome)
          }
          // The next cell would be measured under it.
          let open = await session.injector.ledger.openEntries.map {
            "\($0.undo.kind.rawValue) of \($0.undo.target.node)"
          }
          guard open.isEmpty else {
            throw FaultError(
              code: .notHealed,
              message: "the cell \(cell.name) left behind: \(open.joined(separator: ", ")); run `kvchaos heal`")
          }
          guard interruption.reason == nil else {
            throw CommandError(.interrupted, "interrupted in the cell \(cell.name)")
          }
        }
      }
    }
  }

  /// Runs one cell, and keeps its record. In any case its fault is healed and its clients are removed.
  private func run(
    _ cell: CapPlanCell, seed: UInt64, on stack: Stack, of session: StackSession, until interruption: Interruption
  ) async -> Outcome {
    let namespace = "c\(String(UInt32.random(in: 0...UInt32.max), radix: 36))"
    let archive = CellArchive(cell: cell, folder: "\(folder)/\(cell.id(on: session.flavour))", seed: seed)
    let run = CellRun(
      cell: cell, traffic: ClientContainers(stack: stack, cell: cell, namespace: namespace, seed: seed),
      cluster: StackCell(
        cell: cell, stack: stack, session: session, namespace: namespace, seed: seed, progress: progress),
      clock: SystemCellClock(), progress: progress)
    do {
      try archive.open()
      let log = try await interruption.telling(run.course.interrupt) { await run.run() }
      switch log.interruption {
      case .user(let reason), .failure(let reason): return .failed(reason)
      case nil: return .recorded(try archive.save(log), folder: archive.folder)
      }
    } catch {
      return .failed("\(error)")
    }
  }

  /// Takes the stack over, and checks that the clients can run.
  private func open(_ stack: Stack) async throws -> StackSession {
    let session = try await StackSession.open(stack, progress: progress)
    let hasImage: Bool
    do {
      hasImage = try await stack.engine.hasImage(ClientContainers.image)
    } catch {
      throw CommandError(.unavailable, "\(error)")
    }
    guard hasImage else {
      throw CommandError(.unavailable, "the image \(ClientContainers.image) is not on this machine; run scripts/build")
    }
    return session
  }
}
