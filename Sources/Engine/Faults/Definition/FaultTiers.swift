/// The tiers whose nodes a fault can strike, by the names that plans have for them, with the reasons against the
/// others.
public struct FaultTiers: Sendable, Hashable {
  /// `nil`: every tier that has no reason against it.
  private let names: [String]?
  private let reasons: [String: String]
  private let generalReason: String?

  public static let every = FaultTiers(names: nil, reasons: [:], generalReason: nil)

  /// All but some, each with the reason against it.
  public static func every(except reasons: [String: String]) -> FaultTiers {
    FaultTiers(names: nil, reasons: reasons, generalReason: nil)
  }

  /// - Parameters:
  ///   - reason: against every other tier, as the end of a sentence.
  ///   - reasons: against some of the others, in place of that.
  public static func only(
    _ names: String..., because reason: String, except reasons: [String: String] = [:]
  ) -> FaultTiers {
    FaultTiers(names: names, reasons: reasons, generalReason: reason)
  }

  public var isEvery: Bool { names == nil && reasons.isEmpty }

  public func contains(_ name: String) -> Bool { names?.contains(name) ?? (reasons[name] == nil) }

  /// Why it cannot strike a tier; `nil` if it can.
  public func reason(against name: String) -> String? {
    contains(name) ? nil : reasons[name] ?? generalReason
  }

  /// Every tier that it names.
  public var named: Set<String> { Set(names ?? []).union(reasons.keys) }
}
