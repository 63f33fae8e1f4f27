import Presentation

/// The answer of a check. Unknown never reads as a pass.
public enum Verdict: String, Sendable, Hashable, CaseIterable {
  /// Checked, and nothing was found.
  case holds = "true"
  /// Something was found, and can be named.
  case violated = "false"
  /// It could not be decided.
  case unknown

  /// Of several verdicts the weightiest: violated outranks unknown outranks holds; of none, holds.
  public init(combining verdicts: some Sequence<Verdict>) {
    self = verdicts.reduce(.holds) { $0.merged(with: $1) }
  }

  /// The weightier of two.
  public func merged(with other: Verdict) -> Verdict {
    if self == .violated || other == .violated { return .violated }
    return self == .unknown || other == .unknown ? .unknown : .holds
  }
}

/// In words, the same ones in every report.
extension Verdict {
  public var word: String {
    switch self {
    case .holds: "held"
    case .violated: "violated"
    case .unknown: "undecided"
    }
  }

  /// The word, with a mark unless it held.
  public var prose: Prose { self == .holds ? Prose(word) : .strong(word) }

  public var tone: Tone {
    switch self {
    case .holds: .held
    case .violated: .violated
    case .unknown: .undecided
    }
  }

  public var badge: Badge { Badge(word, tone) }
}

/// In JSON a verdict is `true`, `false` or `"unknown"`, as in Jepsen's results.
extension Verdict: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let truth = try? container.decode(Bool.self) {
      self = truth ? .holds : .violated
      return
    }
    let text = try container.decode(String.self)
    guard let verdict = Verdict(rawValue: text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "expected true, false or \"unknown\"")
    }
    self = verdict
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .holds: try container.encode(true)
    case .violated: try container.encode(false)
    case .unknown: try container.encode("unknown")
    }
  }
}
