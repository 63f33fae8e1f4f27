extension FaultKind { public static let isolate = FaultKind(rawValue: "isolate") }

extension FaultDefinition {
  public static let isolate = FaultDefinition(
    NetworkFault.healing(.isolate), "No packet gets through; published ports still answer.", traits: .takesNodesDown,
    fields: [.peers, .direction], strike: .packets { (.drop(percent: 100), $0.direction) })
}
