import Consistency

/// `junit.xml`: a test case is scenario x checker. Unknown is an error, never a pass.
public struct JUnitReport: Sendable {
  public let text: String

  public init(_ report: RunReport) {
    let failures = report.checks.count { $0.verdict == .violated }
    let errors = report.checks.count { $0.verdict == .unknown }
    let skipped = report.checks.count { $0.verdict == .holds && !$0.isExamined }
    let counts =
      "tests=\"\(report.checks.count)\" failures=\"\(failures)\" errors=\"\(errors)\" skipped=\"\(skipped)\""
    let name = Self.escaped(report.plan.name)
    let seconds = number(report.run.secondsLong)
    var lines = [
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
      "<testsuites name=\"kvchaos\" \(counts) time=\"\(seconds)\">",
      "  <testsuite name=\"\(name)\" \(counts) time=\"\(seconds)\" timestamp=\"\(Self.escaped(report.run.startedAt))\">",
      "    <properties>",
      "      <property name=\"seed\" value=\"\(report.run.seed)\"/>",
      "      <property name=\"verdict\" value=\"\(report.verdict.rawValue)\"/>",
      "    </properties>",
    ]
    for check in report.checks { lines += Self.testCase(check, report) }
    lines += ["  </testsuite>", "</testsuites>", ""]
    text = lines.joined(separator: "\n")
  }

  private static func testCase(_ check: CheckReport, _ report: RunReport) -> [String] {
    let head =
      "    <testcase classname=\"kvchaos.\(escaped(report.plan.name))\" name=\"\(escaped(check.name))\" time=\"0\""
    let message = escaped("expected \(check.expected), measured \(check.measured)")
    switch check.verdict {
    case .holds where check.isExamined: return ["\(head)/>"]
    case .holds: return ["\(head)>", "      <skipped message=\"\(message)\"/>", "    </testcase>"]
    case .violated:
      return [
        "\(head)>", "      <failure message=\"\(message)\">\(details(check, report))</failure>", "    </testcase>",
      ]
    case .unknown:
      return [
        "\(head)>", "      <error type=\"unknown\" message=\"\(message)\">\(details(check, report))</error>",
        "    </testcase>",
      ]
    }
  }

  private static func details(_ check: CheckReport, _ report: RunReport) -> String {
    var lines = [check.question] + [check.note].compactMap(\.self) + check.findings
    if check.name == "lost-writes" {
      lines += report.lostWrites.map {
        "lost: operation \($0.operation), key \($0.key), value \($0.value ?? "(delete)")"
      }
    }
    return escaped(lines.joined(separator: "\n"))
  }

  /// Escapes what XML 1.0 has a meaning for, and replaces what it cannot hold at all.
  public static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\n", "\t": result.unicodeScalars.append(scalar)
      case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
