/// Every fault that this build knows, by kind: how an undo from the ledger finds the code that heals it.
public struct FaultCatalogue: Sendable {
  private var faults: [FaultKind: any Fault] = [:]

  public init(_ faults: [any Fault]) {
    for fault in faults { self.faults[fault.kind] = fault }
  }

  /// The faults of this module, with their default parameters (which do not matter for healing).
  public static let standard = FaultCatalogue(
    [
      KillFault(), StopFault(), PauseFault(), RestartFault(), CrashLoopFault(), CPULimitFault(), MemoryLimitFault(),
      FlushFault(), FailoverFault(), DrainFault(), WipeFault(), ClockFault(), DiskFault.full, DiskFault.readOnly,
      FileLimitFault(), ScaleFault(), ForgetFault(), MoveSlotsFault(),
      RedisSettingFault(),
    ] + FaultKind.network.map(NetworkFault.healing))

  /// The kinds known, in the order of their names.
  public var kinds: [FaultKind] { faults.keys.sorted { $0.rawValue < $1.rawValue } }

  public func fault(of kind: FaultKind) -> (any Fault)? { faults[kind] }
}
