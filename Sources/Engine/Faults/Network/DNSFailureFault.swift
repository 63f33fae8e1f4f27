extension FaultKind { public static let dnsFailure = FaultKind(rawValue: "dns-failure") }

extension FaultDefinition {
  public static let dnsFailure = FaultDefinition(
    NetworkFault.healing(.dnsFailure), "The name server does not answer.",
    strike: .packets { _ in (.dropNameQueries, .outbound) })
}
