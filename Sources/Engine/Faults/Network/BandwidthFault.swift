extension FaultKind { public static let bandwidth = FaultKind(rawValue: "bandwidth") }

extension FaultDefinition {
  private static let rate = FaultField.required("rate", .bitRate, "Bits a second, like `256kbit/s`.")

  public static let bandwidth = FaultDefinition(
    NetworkFault.healing(.bandwidth), "Outgoing traffic is limited to this rate.", fields: [rate, .peers],
    strike: .packets { (.throttle(bitsPerSecond: $0[rate].integer), .outbound) })
}
