import Faults

/// Cells of the CAP ledger: how a tier is used, what its clients do, and which fault strikes it.
public struct CapPlan: Sendable, Hashable {
  /// The name of the file's cells together, and of nothing else.
  public var name: String
  public var description: String
  public var tier: CapTier
  /// One for each variant, workload and fault, in the order of the file.
  public var cells: [CapPlanCell]
}

/// One cell: it is run by itself.
public struct CapPlanCell: Sendable, Hashable {
  public var tier: CapTier
  public var variant: CapVariant
  public var workload: CapWorkload
  public var fault: CapFault

  /// Names the cell and the folder of its results.
  public var name: String { "\(tier.rawValue)-\(variant.rawValue)-\(workload.rawValue)-\(fault.name)" }
}

/// A fault under a name of the ledger: `master-killed`.
public struct CapFault: Sendable, Hashable {
  public var name: String
  public var action: FaultAction
  public var selector: Selector
  public var duration: FaultDuration

  /// Which nodes go on which side; `nil` if the fault does not divide the clients.
  public var partition: PartitionSettings? { PartitionSettings(action) }

  /// Whether its nodes are cut off from everyone.
  public var isIsolation: Bool { action.kind == .isolate }
}
