import ChaosPlan
import Consistency
import Failures
import Foundation
import History
import Testing

@testable import Report

/// Golden tests: the texts are in `Golden/`; `KVCHAOS_WRITE_GOLDEN=1` rewrites them.
@Suite struct ReportTextTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")

  private func expectGolden(_ text: String, _ name: String) throws {
    let url = Self.folder.appending(path: name)
    if ProcessInfo.processInfo.environment["KVCHAOS_WRITE_GOLDEN"] != nil {
      try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
      try text.write(to: url, atomically: true, encoding: .utf8)
    }
    #expect(text == (try String(contentsOf: url, encoding: .utf8)))
  }

  @Test(arguments: Example.allCases) func markdown(_ example: Example) throws {
    let contents = try example.files().contents()
    try expectGolden(try #require(contents["report.md"]), "\(example).md")
  }

  @Test(arguments: Example.allCases) func terminal(_ example: Example) throws {
    try expectGolden(TextReport(try example.files().report, folder: "results/p/latest").text + "\n", "\(example).txt")
  }

  @Test(arguments: Example.allCases) func junit(_ example: Example) throws {
    let text = JUnitReport(try example.files().report).text
    try expectGolden(text, "\(example).junit.xml")
    let problem = XMLCheck.problem(of: text)
    #expect(problem == nil)
  }

  @Test func table() throws {
    var table = PlanTable(
      try Example.allCases.map { example in
        var report = try example.files().report
        report.plan.name = "\(example)"
        return PlanTable.Row(report)
      })
    try expectGolden(table.markdown, "PLANS.md")
    // A later run takes the place of the plan's line, and of no other.
    var again = try Example.held.files().report
    again.plan.name = "lost"
    table.record(PlanTable.Row(again))
    #expect(table.rows.map(\.plan) == ["held", "interrupted", "lost"])
    #expect(table.rows.map(\.verdict) == [.holds, .unknown, .holds])
    // An earlier one does not.
    var earlier = try Example.lost.files().report
    earlier.plan.name = "lost"
    earlier.run.startedAt = "2026-01-02T03:04:04Z"
    table.record(PlanTable.Row(earlier))
    #expect(table.rows.map(\.verdict) == [.holds, .unknown, .holds])
  }

  /// The same plan on the other flavour is another line; what a flavour cannot do is a line too, with its reason.
  @Test func everyFlavourHasItsTable() throws {
    var held = try Example.held.files().report
    held.plan.name = "sql-leader-kill"
    var other = held
    other.run.flavour = "cockroach"
    let table = PlanTable([
      PlanTable.Row(held), PlanTable.Row(other),
      PlanTable.Row(
        refused: "etcd-bridge", question: "Does it hold?", flavour: "cockroach", reason: "there is no etcd",
        startedAt: "2026-01-02T03:04:05Z"),
    ])
    #expect(table.rows.count == 3)
    let parts = table.markdown.components(separatedBy: "## CockroachDB")
    #expect(parts.count == 2)
    #expect(parts[0].contains("## PostgreSQL with Patroni\n\n1 of 1 held.\n"))
    #expect(parts[1].contains("1 of 1 held; 1 refused, because the flavour cannot run them."))
    #expect(parts[1].contains("| [etcd-bridge](../chaos/etcd-bridge.yml) | refused | - |"))
    #expect(parts[1].contains("- etcd-bridge: there is no etcd"))
  }

  @Test func theTableSurvivesItsFolder() throws {
    let folder = NSTemporaryDirectory() + "kvchaos-table-\(UUID().uuidString)"
    #expect(try PlanTable(folder: folder) == PlanTable())
    let table = PlanTable([PlanTable.Row(try Example.lost.files().report)])
    try table.write(to: folder)
    #expect(try PlanTable(folder: folder) == table)
    try "{".write(toFile: "\(folder)/plans.json", atomically: true, encoding: .utf8)
    #expect(throws: CommandError.self) { try PlanTable(folder: folder) }
  }

  @Test(arguments: Example.allCases) func json(_ example: Example) throws {
    let files = try example.files()
    let contents = try files.contents()
    try expectGolden(try #require(contents["report.json"]), "\(example).json")
    let decoded = try JSONDecoder().decode(RunReport.self, from: Data(try #require(contents["report.json"]).utf8))
    #expect(decoded == files.report)
  }

  /// The page is HTML that is XML, too, and asks nothing of the network.
  @Test(arguments: Example.allCases) func html(_ example: Example) throws {
    let files = try example.files()
    let contents = try files.contents()
    let text = try #require(contents["report.html"])
    #expect(!text.contains("http://") && !text.contains("https://") && !text.contains("<script"))
    #expect(text.contains("<svg"))
    let start = try #require(text.range(of: "<svg"))
    let end = try #require(text.range(of: "</svg>"))
    let problem = XMLCheck.problem(of: String(text[start.lowerBound..<end.upperBound]))
    #expect(problem == nil)
    for write in files.report.lostWrites { #expect(text.contains(write.operation)) }
  }

  @Test func filesAreWrittenAndReadAgain() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "kvchaos-\(UUID().uuidString)").path()
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let files = try Example.lost.files()
    try files.write(to: folder)
    let again = try ReportFiles(folder: folder)
    #expect(again.report == files.report)
    #expect(again.timeline == files.timeline)
    #expect(throws: CommandError.self) { try ReportFiles(folder: "\(folder)/nowhere") }
  }
}

/// Whether a text is well-formed XML: every tag closed in its order, every attribute quoted, no bare `&` or `<`.
enum XMLCheck {
  static func problem(of text: String) -> String? {
    var open: [Substring] = []
    var rest = text[...]
    while let start = rest.firstIndex(of: "<") {
      if let problem = bareAmpersand(rest[..<start]) { return problem }
      guard let end = rest[start...].firstIndex(of: ">") else { return "a tag is not closed" }
      let tag = rest[rest.index(after: start)..<end]
      if let problem = bareAmpersand(tag) { return problem }
      rest = rest[rest.index(after: end)...]
      if tag.hasPrefix("?") { continue }
      if tag.count(where: { $0 == "\"" }) % 2 != 0 || tag.contains("<") {
        return "an attribute is not closed in <\(tag)>"
      }
      if tag.hasPrefix("/") {
        guard open.popLast() == tag.dropFirst() else { return "<\(tag)> closes nothing" }
      } else if !tag.hasSuffix("/") {
        open.append(tag.prefix { $0 != " " && $0 != "\n" })
      }
    }
    return open.isEmpty ? nil : "not closed: \(open)"
  }

  private static func bareAmpersand(_ text: Substring) -> String? {
    var rest = text
    while let start = rest.firstIndex(of: "&") {
      guard let end = rest[start...].firstIndex(of: ";"), rest.distance(from: start, to: end) <= 6 else {
        return "a bare & in \(text)"
      }
      rest = rest[end...]
    }
    return nil
  }
}
