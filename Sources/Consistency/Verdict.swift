/// The answer of a check. Unknown never reads as a pass.
public enum Verdict: String, Sendable, Hashable, Codable, CaseIterable {
  case holds = "true"
  case violated = "false"
  case unknown

  /// Of several verdicts the weightiest: violated outranks unknown outranks holds; of none, holds.
  public init(combining verdicts: some Sequence<Verdict>) {
    self = verdicts.reduce(.holds) { $0.merged(with: $1) }
  }

  public func merged(with other: Verdict) -> Verdict {
    if self == .violated || other == .violated { return .violated }
    return self == .unknown || other == .unknown ? .unknown : .holds
  }
}
