import ChaosPlan
import TestSupport

/// Plans of these tests are for the bundled store.
extension PlanParser {
  static func parse(_ text: String, path: String) throws(PlanError) -> Plan {
    try parse(text, path: path, target: StoreTarget.forPlans)
  }
}

extension PlanFile {
  init(path: String) throws(PlanError) { try self.init(path: path, target: StoreTarget.forPlans) }
}
