import Consistency
import Escaping
import Presentation

/// `junit.xml`: a test case is scenario x checker. Unknown is an error, never a pass.
public struct JUnitReport: Sendable {
  public let text: String

  public init(_ report: RunReport) {
    let failures = report.checks.count { $0.verdict == .violated }
    let errors = report.checks.count { $0.verdict == .unknown }
    let skipped = report.checks.count { $0.verdict == .holds && !$0.isExamined }
    let counts =
      "tests=\"\(report.checks.count)\" failures=\"\(failures)\" errors=\"\(errors)\" skipped=\"\(skipped)\""
    let name = Escaping.markup(report.plan.name)
    let seconds = Numbers.number(report.run.secondsLong)
    var lines = [
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
      "<testsuites name=\"kvchaos\" \(counts) time=\"\(seconds)\">",
      "  <testsuite name=\"\(name)\" \(counts) time=\"\(seconds)\" timestamp=\"\(Escaping.markup(report.run.startedAt))\">",
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
      "    <testcase classname=\"kvchaos.\(Escaping.markup(report.plan.name))\" name=\"\(Escaping.markup(check.name))\" time=\"0\""
    let message = Escaping.markup("expected \(check.expected), measured \(check.measured)")
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
    return Escaping.markup(lines.joined(separator: "\n"))
  }
}
