import ChaosPlan
import Failures

/// A plan that was refused because the SQL flavour cannot run it. Nothing was touched.
public struct UnsuitedPlan: CategorisedError, Sendable, Hashable {
  public var plan: Plan
  public var flavour: SQLFlavour
  /// In a sentence.
  public var reason: String

  public init(plan: Plan, flavour: SQLFlavour, reason: String) {
    self.plan = plan
    self.flavour = flavour
    self.reason = reason
  }

  public var category: FailureCategory { .unavailable }

  public var description: String {
    """
    \(plan.name) is refused: \(reason). It runs on the other flavour: `kvchaos down`, then the same command with \
    KVCHAOS_SQL=\(flavour.other.rawValue)
    """
  }
}
