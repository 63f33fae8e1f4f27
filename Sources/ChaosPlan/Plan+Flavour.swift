extension Plan {
  /// Why the plan cannot be run on a flavour of the SQL tier; `nil` if it can (or the flavour is not known yet).
  public func conflict(with flavour: SQLChoice) -> String? {
    guard flavour == .cockroach else { return nil }
    let faults = faults.flatMap(\.faults)
    guard let fault = faults.first(where: { $0.action.kind.needsPreload && $0.selector.tier == .sql }) else {
      return nil
    }
    return """
      `\(fault.action.kind.rawValue)` cannot strike `sql` on CockroachDB: \(FaultAction.Kind.unreachable("CockroachDB")); \
      say `stack: { sql: patroni }`
      """
  }
}
