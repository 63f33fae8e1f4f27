/// A fault with the settings that a plan gives it: what happens to its targets.
public struct FaultAction: Sendable, Hashable {
  public let definition: FaultDefinition
  /// With the defaults of the fields that were left out.
  public let settings: FaultSettings

  /// - Parameter settings: of the definition's fields, and no others.
  public init(_ definition: FaultDefinition, _ settings: FaultSettings = [:]) {
    let unknown = settings.names.subtracting(definition.fields.map(\.name))
    precondition(unknown.isEmpty, "\(definition.name) has no \(unknown.sorted().joined(separator: ", "))")
    self.definition = definition
    self.settings = definition.fields.reduce(into: settings) { settings, field in
      if let value = settings.value(of: field) { settings.set(value, for: field) }
    }
  }

  public var kind: FaultKind { definition.kind }
}
