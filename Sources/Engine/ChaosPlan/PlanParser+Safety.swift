import Yams

extension PlanParser {
  /// `safety: { allow-majority-loss: true, limit: 10m, stop-when: { … } }`
  static func safety(_ reader: MappingReader) -> SafetySettings {
    var safety = SafetySettings()
    safety.allowMajorityLoss =
      reader.value("allow-majority-loss", hint: "`true` or `false`", parse: Units.boolean) ?? safety.allowMajorityLoss
    safety.limit = reader.duration("limit") ?? safety.limit
    safety.stopWhen = reader.mapping("stop-when").flatMap(stopCondition)
    reader.finish()
    return safety
  }

  /// `stop-when: { availability: "< 20%", window: 10s, unserved: "> 60s" }`
  private static func stopCondition(_ reader: MappingReader) -> StopCondition? {
    var condition = StopCondition()
    condition.availabilityMinimum = reader.value(
      "availability", hint: "a percentage below which to stop, in quotes: `\"< 20%\"`", parse: Units.shareBelow)
    condition.window = reader.duration("window") ?? condition.window
    condition.unservedMaximum = reader.value(
      "unserved", hint: "a duration above which to stop, in quotes: `\"> 60s\"`", parse: Units.durationAbove)
    reader.finish()
    guard condition.availabilityMinimum != nil || condition.unservedMaximum != nil else {
      // A bound that could not be read is reported already.
      guard reader.optional("availability") == nil, reader.optional("unserved") == nil else { return nil }
      reader.problems.add("`stop-when` needs `availability` or `unserved`", at: reader.node)
      return nil
    }
    return condition
  }
}
