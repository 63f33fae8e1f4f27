import TestSupport

@testable import ChaosPlan

/// Plans of these tests are for the bundled store, unless a test says otherwise.
extension PlanParser {
  static func parse(_ text: String, path: String) throws(PlanError) -> Plan {
    try parse(text, path: path, target: StoreTarget.forPlans)
  }
}

extension CapPlanParser {
  static func parse(_ text: String, path: String) throws(PlanError) -> CapPlan {
    try parse(text, path: path, target: StoreTarget.forPlans)
  }
}

extension PlanFile {
  init(path: String) throws(PlanError) { try self.init(path: path, target: StoreTarget.forPlans) }
}

/// Tiers of the store.
extension Tier {
  static let api = Tier(rawValue: "api")
  static let redis = Tier(rawValue: "redis")
  static let worker = Tier(rawValue: "worker")
  static let sql = Tier(rawValue: "sql")
}
