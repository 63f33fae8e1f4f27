extension FaultKind { public static let partition = FaultKind(rawValue: "partition") }

extension FaultField {
  public static let shape = FaultField.required(
    "shape", .choice(PartitionShape.allCases.map(\.rawValue)), "How the tier is divided.")
  public static let minority = FaultField.optional(
    "minority", .role, "Nodes with this role go to the smaller side first.")
  public static let with = FaultField.optional(
    "with", .tiers, "Tiers that are divided too; each node reaches only its own side.")
}

extension FaultDefinition {
  public static let partition = FaultDefinition(
    NetworkFault.healing(.partition), "Sides of a tier that do not reach each other.",
    fields: [.shape, .minority, .with],
    check: { settings in
      guard let shape = PartitionShape(rawValue: settings[.shape].text), !shape.hasSides,
        let placed = [FaultField.minority, .with].first(where: { settings.value(of: $0) != nil })
      else { return nil }
      return FaultSettings.Problem(of: placed, "a `\(shape.rawValue)` has no sides, so no node can be placed on one")
    },
    strike: .sides)
}
