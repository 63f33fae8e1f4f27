extension FaultKind { public static let reset = FaultKind(rawValue: "reset") }

extension FaultDefinition {
  private static let percent = FaultField.optional("percent", .integer(1...100), "A percentage.", default: 100)

  public static let reset = FaultDefinition(
    NetworkFault.healing(.reset), "TCP connections are reset.", fields: [percent, .peers],
    strike: .packets { (.reset(percent: $0[percent].integer), .both) })
}
