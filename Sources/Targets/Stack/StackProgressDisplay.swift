/// Turns the progress of `up` into what is written to a terminal (a line a tier, redrawn in place) or to anything else
/// (plain lines, one for each change). Pure.
public struct StackProgressDisplay: Sendable {
  private let redraws: Bool
  private let colors: Bool
  private var tiers: [TierProgress] = []

  /// - Parameters:
  ///   - isTerminal: whether lines can be redrawn.
  ///   - environment: `NO_COLOR` (no-color.org) and `TERM=dumb` are respected.
  public init(isTerminal: Bool, environment: [String: String]) {
    redraws = isTerminal && environment["TERM"] != "dumb"
    colors = redraws && (environment["NO_COLOR"] ?? "").isEmpty
  }

  /// What to write for this step.
  public mutating func apply(_ progress: StackProgress) -> String {
    switch progress {
    case .note(let text): return redrawn { _ in "\(text)\n" }
    case .answered(let duration):
      let seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
      let rounded = "\((seconds * 10).rounded() / 10)"
      return redrawn { _ in "the store answered a committed write and a linearizable read after \(rounded) s\n" }
    case .tier(let tier): return update(tier)
    }
  }

  private mutating func update(_ tier: TierProgress) -> String {
    let known = tiers.firstIndex { $0.tier == tier.tier }
    guard redraws else {
      if let known { tiers[known] = tier } else { tiers.append(tier) }
      return line(tier) + "\n"
    }
    let erase = eraseTiers
    if let known { tiers[known] = tier } else { tiers.append(tier) }
    return erase + tierLines
  }

  /// Writes above the tier lines, which stay at the bottom.
  private func redrawn(_ text: (Self) -> String) -> String {
    redraws ? eraseTiers + text(self) + tierLines : text(self)
  }

  private var eraseTiers: String {
    tiers.isEmpty ? "" : "\u{1B}[\(tiers.count)A\u{1B}[J"
  }

  private var tierLines: String { tiers.map { line($0) + "\n" }.joined() }

  private func line(_ tier: TierProgress) -> String {
    let name = tier.tier + String(repeating: " ", count: max(1, 10 - tier.tier.count))
    let count = "\(tier.ready)/\(tier.total)"
    guard tier.ready < tier.total else {
      return "  \(name)\(colored(count, "32")) ready"
    }
    // Cut, so that a line never wraps: redrawing counts lines.
    let waiting = tier.waitingFor.prefix(3).joined(separator: ", ") + (tier.waitingFor.count > 3 ? ", …" : "")
    return "  \(name)\(colored(count, "33")) waiting for \(waiting)"
  }

  private func colored(_ text: String, _ code: String) -> String {
    colors ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
