extension FaultKind { public static let latency = FaultKind(rawValue: "latency") }

extension FaultDefinition {
  private static let delays = FaultField.Values.duration(Duration.milliseconds(1) ... .seconds(10))
  private static let delay = FaultField.required("delay", delays)
  private static let jitter = FaultField.optional("jitter", delays)

  /// Packets that arrive are late at their sender already.
  public static let latency = FaultDefinition(
    NetworkFault.healing(.latency), "Outgoing packets are delayed; their order stays.",
    fields: [delay, jitter, .peers],
    check: { settings in
      guard let most = settings.value(of: jitter), most.duration > settings[delay].duration else { return nil }
      return FaultSettings.Problem(of: jitter, "`jitter` is more than `delay`; a packet cannot leave before it arrives")
    },
    strike: .packets {
      (.delay($0[delay].duration, jitter: $0.value(of: jitter)?.duration ?? .zero), .outbound)
    })
}
