/// The fields that several network faults have.
extension FaultField {
  /// Everyone is every container of the stack. The host is not one of them: published ports still answer.
  public static let peers = FaultField.optional(
    "peers", .peers, "The peers whose traffic is affected.", default: "everyone")
  public static let direction = FaultField.optional(
    "direction", .choice(PacketDirection.allCases.map(\.rawValue)),
    "Which packets are affected, as seen from the target.", default: .text(PacketDirection.both.rawValue))
}

extension FaultSettings {
  var direction: PacketDirection { PacketDirection(rawValue: self[.direction].text) ?? .both }
}
