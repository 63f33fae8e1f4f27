/// What can happen to a fault of a run, as the nemesis' notes in a history and the lines of `faults.jsonl` name it.
public enum FaultEvent: String, Sendable, Hashable, CaseIterable, Codable {
  /// It was ordered.
  case struck
  /// Its effect was measured.
  case inEffect = "in-effect"
  /// It could not be injected.
  case failed
  /// It was left out, as a random fault may be.
  case skipped
  /// Something else ended it. The history has no word for this: it notes what the run did.
  case endedEarly = "ended-early"
  case healOrdered = "heal-ordered"
  /// Its heal was verified.
  case healed
  /// Something of it is left.
  case healFailed = "heal-failed"

  private static let heal = "heal-"

  /// What the name of the event adds to the fault's word; `nil` where a history does not name it.
  private var affixes: (prefix: String, suffix: String)? {
    switch self {
    case .struck: ("", "")
    case .inEffect: ("", "-in-effect")
    case .failed: ("", "-failed")
    case .skipped: ("", "-skipped")
    case .endedEarly: nil
    case .healOrdered: (Self.heal, "")
    case .healed: (Self.heal, "-done")
    case .healFailed: (Self.heal, "-failed")
    }
  }

  /// The nemesis' word in a history: of the fault `kill`, `kill`, `kill-in-effect`, `heal-kill`, `heal-kill-done` and
  /// so on; `nil` where a history does not name it.
  public func historyName(of fault: String) -> String? {
    affixes.map { "\($0.prefix)\(fault)\($0.suffix)" }
  }

  /// The event that a nemesis' word names, and the fault. A word that nothing was added to is a strike.
  public static func named(_ name: String) -> (event: FaultEvent, fault: String) {
    let isHeal = name.hasPrefix(heal)
    let word = isHeal ? name.dropFirst(heal.count) : name[...]
    let events: [FaultEvent] = isHeal ? [.healed, .healFailed] : [.inEffect, .failed, .skipped]
    for event in events {
      guard let suffix = event.affixes?.suffix, word.hasSuffix(suffix) else { continue }
      return (event, String(word.dropLast(suffix.count)))
    }
    return (isHeal ? .healOrdered : .struck, String(word))
  }
}
