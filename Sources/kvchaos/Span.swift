import ArgumentParser

/// A duration on the command line: `500ms`, `30s`, `2m`, or a bare number of seconds.
struct Span: ExpressibleByArgument, Sendable, Hashable {
  let duration: Duration

  init(_ duration: Duration) {
    self.duration = duration
  }

  init?(argument: String) {
    for (unit, scale) in [("ms", Duration.milliseconds(1)), ("s", .seconds(1)), ("m", .seconds(60))]
    where argument.hasSuffix(unit) {
      self.init(argument.dropLast(unit.count), of: scale)
      return
    }
    self.init(argument[...], of: .seconds(1))
  }

  private init?(_ text: Substring, of unit: Duration) {
    guard let number = Double(text), number >= 0, number < 1e6, text.allSatisfy({ $0.isNumber || $0 == "." }) else {
      return nil
    }
    duration = unit * number
  }

  var defaultValueDescription: String { "\(duration / .seconds(1))s".replacing(".0s", with: "s") }
}
