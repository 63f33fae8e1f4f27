/// A tier of the system under test, by the name that its target declares: the word in plans and in reports.
public struct Tier: RawRepresentable, Sendable, Hashable, Codable {
  public let rawValue: String

  public init(rawValue: String) { self.rawValue = rawValue }
}
