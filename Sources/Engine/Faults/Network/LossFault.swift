extension FaultKind { public static let loss = FaultKind(rawValue: "loss") }

extension FaultDefinition {
  private static let percent = FaultField.required("percent", .integer(1...99), "A percentage.")

  public static let loss = FaultDefinition(
    NetworkFault.healing(.loss), "This percentage of packets is lost.", fields: [percent, .peers, .direction],
    strike: .packets { (.drop(percent: $0[percent].integer), $0.direction) })
}
