import ArgumentParser
import ChaosPlan

/// Durations on the command line, as plans write them: `500ms`, `90s`, `2m`, `1h`. A bare number is seconds.
enum DurationOption {
  /// What no option exceeds: 11 days.
  private static let maximum = Duration.seconds(1_000_000)

  /// The `transform` of every option that takes a duration.
  ///
  /// - Throws: `ValidationError`, which argument-parser prints behind the option and the value.
  @Sendable static func parse(_ text: String) throws -> Duration {
    guard let duration = Units.duration(inWords(text), atMost: maximum) else {
      throw ValidationError("expected a duration such as 500ms, 90s, 2m or 1h; a bare number is seconds")
    }
    return duration
  }

  /// A duration as a plan takes it.
  @Sendable static func planText(_ text: String) throws -> String {
    _ = try parse(text)
    return inWords(text)
  }

  /// Plans want a digit before the point, and a unit.
  private static func inWords(_ text: String) -> String {
    let digits = text.hasPrefix(".") ? "0\(text)" : text
    return digits.last?.isNumber == true ? "\(digits)s" : digits
  }
}

extension ArgumentHelp {
  /// The help of an option that takes a duration.
  static func duration(_ abstract: String) -> ArgumentHelp { ArgumentHelp(abstract, valueName: "duration") }
}
