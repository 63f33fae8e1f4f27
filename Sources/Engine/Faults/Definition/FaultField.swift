/// A word of a fault's own in plans: what it takes, and what holds where it is left out.
public struct FaultField: Sendable, Hashable {
  /// What it takes.
  public enum Values: Sendable, Hashable {
    /// One of these words.
    case choice([String])
    /// `500ms`, `8s`; `nil`: without bounds.
    case duration(ClosedRange<Duration>?)
    /// `60s`, `-60s`; at least this far from 0.
    case signedDuration(least: Duration)
    /// `5%`, `-5%`: a share whose size is within the bounds.
    case signedPercentage(ClosedRange<Double>)
    case integer(ClosedRange<Int>)
    case number(ClosedRange<Double>)
    /// `128MiB`, in bytes.
    case memory
    /// `256kbit/s`, in bits a second.
    case bitRate
    /// Whose traffic with the target it is about: a tier, or a word for several.
    case peers
    /// A role that nodes of the target's tier can have.
    case role
    /// Tiers other than the target's.
    case tiers
  }

  public let name: String
  /// In a sentence; `nil` where the name says it.
  public let meaning: String?
  public let values: Values
  /// What a valid value is, with an example; `nil`: as the values say.
  public let hint: String?
  /// What a plan is told that leaves a required field out; `nil`: the hint.
  public let need: String?
  public let isRequired: Bool
  /// What holds where it is left out; `nil`: nothing.
  public let fallback: FaultValue?

  private init(
    _ name: String, _ values: Values, _ meaning: String?, hint: String?, need: String? = nil, isRequired: Bool,
    fallback: FaultValue? = nil
  ) {
    self.name = name
    self.values = values
    self.meaning = meaning
    self.hint = hint
    self.need = need
    self.isRequired = isRequired
    self.fallback = fallback
  }

  /// A field that a plan must have.
  ///
  /// - Parameter need: what it is, for plans that leave it out.
  public static func required(
    _ name: String, _ values: Values, _ meaning: String? = nil, hint: String? = nil, need: String? = nil
  ) -> FaultField {
    FaultField(name, values, meaning, hint: hint, need: need, isRequired: true)
  }

  /// A field that a plan may leave out.
  public static func optional(
    _ name: String, _ values: Values, _ meaning: String? = nil, hint: String? = nil, default fallback: FaultValue? = nil
  ) -> FaultField {
    FaultField(name, values, meaning, hint: hint, isRequired: false, fallback: fallback)
  }
}
