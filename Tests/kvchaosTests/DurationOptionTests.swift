import ArgumentParser
import Testing

@testable import kvchaos

struct DurationOptionTests {
  @Test(arguments: [
    ("500ms", Duration.milliseconds(500)), ("90s", .seconds(90)), ("2m", .seconds(120)), ("1h", .seconds(3_600)),
    ("1.5s", .milliseconds(1_500)), ("0.25h", .seconds(900)), ("30h", .seconds(108_000)), ("0", .zero), ("0s", .zero),
    ("5", .seconds(5)), ("0.5", .milliseconds(500)), (".5", .milliseconds(500)), (".5s", .milliseconds(500)),
    ("1000000", .seconds(1_000_000)),
  ])
  func aDurationIsRead(_ text: String, _ duration: Duration) throws {
    #expect(try DurationOption.parse(text) == duration)
  }

  @Test(arguments: [
    "", "s", "-1s", "-1", "+1s", "1 s", "1S", "5x", "1d", "2m30s", "1e3s", "1,5s", "1.2.3s", "nan", "inf", "٥s",
    "1000001",
    "1000000m",
  ])
  func nothingElseIs(_ text: String) {
    #expect(throws: ValidationError.self) { try DurationOption.parse(text) }
  }

  struct Case: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var parse: @Sendable (String) throws -> Duration?

    init(_ name: String, _ parse: @escaping @Sendable (String) throws -> Duration?) {
      testDescription = name
      self.parse = parse
    }
  }

  static let options = [
    Case("up --limit") { try UpCommand.parse(["--limit", $0]).limit },
    Case("scale --limit") { try ScaleCommand.parse(["api", "2", "--limit", $0]).limit },
    Case("autoscale --duration") { try AutoscaleCommand.parse(["--duration", $0]).duration },
    Case("autoscale --interval") { try AutoscaleCommand.parse(["--interval", $0]).interval },
    Case("autoscale --high-delay") { try AutoscaleCommand.parse(["--high-delay", $0]).highDelay },
    Case("autoscale --low-delay") { try AutoscaleCommand.parse(["--low-delay", $0, "--high-delay", "2h"]).lowDelay },
    Case("load --ramp") { try LoadCommand.parse(["--ramp", $0]).ramp },
    Case("load --duration") { try LoadCommand.parse(["--rate", "9", "--duration", $0]).duration },
    Case("load --warm-up") { try LoadCommand.parse(["--rate", "9", "--warm-up", $0]).warmUp },
    Case("load --timeout") { try LoadCommand.parse(["--timeout", $0]).timeout },
    Case("check --timeout") { try CheckCommand.parse(["--timeout", $0]).timeout },
    Case("check --cache-ttl") { try CheckCommand.parse(["--cache-ttl", $0]).cacheTTL },
    Case("detect --within") { try DetectCommand.parse(["--within", $0]).within },
    Case("shrink --within") { try ShrinkCommand.parse(["results/x/latest", "--within", $0]).within },
    Case("cap --within") { try CapCommand.parse(["--within", $0]).within },
    Case("run --for") { try DurationOption.parse(RunCommand.parse(["plan.yml", "--for", $0]).length ?? "") },
  ]

  @Test(arguments: options) func everyOptionTakesEveryForm(_ option: Case) throws {
    for text in ["90s", "1.5m", "1h", "90"] { #expect(try option.parse(text) == DurationOption.parse(text)) }
    #expect(try option.parse("1500ms") == .milliseconds(1_500))
  }

  @Test(arguments: options) func everyOptionNamesTheForms(_ option: Case) {
    let error = #expect(throws: (any Error).self) { try option.parse("5x") }
    guard let error else { return }
    #expect(KVChaos.exitCode(for: error).rawValue == 64)
    #expect(
      KVChaos.message(for: error).contains(
        "The value '5x' is invalid for '\(option.testDescription.split(separator: " ")[1]) <duration>': expected a duration "
          + "such as 500ms, 90s, 2m or 1h; a bare number is seconds"))
  }

  /// A plan wants a unit.
  @Test(arguments: [("30m", "30m"), ("1.5h", "1.5h"), ("90", "90s"), (".5s", "0.5s")])
  func aPlanTakesTheTextOfADuration(_ text: String, _ planned: String) throws {
    #expect(try DurationOption.planText(text) == planned)
  }
}
