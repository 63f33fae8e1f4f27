import Faults
import Foundation

/// What a killed run left behind.
extension Stack {
  /// Takes back every fault that the ledger still holds open. Where there is no ledger, nothing is owed.
  ///
  /// - Throws: `FaultError` when the ledger cannot be had, with `ledgerInUse` while a run is under way. What cannot be taken
  ///   back is in the report, not thrown.
  public func healLeftovers(catalogue: FaultCatalogue = .standard) async throws(FaultError) -> HealReport {
    guard FileManager.default.fileExists(atPath: configuration.ledgerFile) else { return HealReport() }
    let ledger = try UndoLedger(path: configuration.ledgerFile)
    let injector = FaultInjector(
      ledger: ledger, environment: FaultEnvironment(runtime: engine, network: engine, inside: engine),
      catalogue: catalogue)
    return await injector.replayOpenUndos()
  }
}
