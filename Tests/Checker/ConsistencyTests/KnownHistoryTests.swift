import Foundation
import History
import Testing

@testable import Consistency

/// Histories with known verdicts: our own, and real ones of other systems.
@Suite struct KnownHistoryTests {
  struct Known: CustomTestStringConvertible, Sendable {
    var path: String
    var verdict: Verdict
    var testDescription: String { (path as NSString).lastPathComponent }
  }

  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
    "Fixtures")
  static let fixtures = known(in: folder)
  static let realOnes = ["etcd-jepsen", "porcupine-kv"].flatMap { known(in: folder.appendingPathComponent($0)) }

  private static func known(in folder: URL) -> [Known] {
    guard let table = try? String(contentsOf: folder.appendingPathComponent("verdicts.tsv"), encoding: .utf8) else {
      return []
    }
    return table.split(separator: "\n").map {
      let fields = $0.split(separator: "\t")
      return Known(
        path: folder.appendingPathComponent(String(fields[0])).path, verdict: fields[1] == "true" ? .holds : .violated)
    }
  }

  @Test(arguments: fixtures)
  func ourHistories(_ known: Known) throws {
    try decide(known)
  }

  @Test(arguments: realOnes)
  func realHistories(_ known: Known) throws {
    try decide(known)
  }

  @Test func allAreThere() { #expect(Self.fixtures.count == 12 && Self.realOnes.count == 39) }

  private func decide(_ known: Known) throws {
    let report = try ConsistencyChecker().check(path: known.path)
    #expect(report[.linearizability]?.verdict == known.verdict)
    #expect(report.verdict == known.verdict)
    guard known.verdict == .violated else { return }
    let key = try #require(report.keys.first)
    #expect(!key.core.isEmpty && key.message != nil)
    // Whole programs of text, JSON and HTML come out of it.
    #expect(ReportText(report, name: "x").description.contains("violated"))
    let decoded = try JSONDecoder().decode(ConsistencyReport.self, from: JSONEncoder().encode(report))
    #expect(decoded == report)
    let page = TimelinePage(
      report, timeline: try ConsistencyChecker().timeline(path: known.path, report: report), name: "<x>")
    #expect(page.html.contains("&lt;x&gt;") && page.html.contains("</html>"))
  }

  @Test func theReportHasWhatATableNeeds() throws {
    let path = try #require(Self.fixtures.first { $0.testDescription == "deletes-stale.jsonl" }).path
    let object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(ConsistencyChecker().check(path: path)))
    let report = try #require(object as? [String: Any])
    #expect(report["verdict"] as? Bool == false)
    for field in ["operations", "unknowns", "failures", "events", "seconds", "peakMemoryBytes"] {
      #expect(report[field] is NSNumber, "\(field)")
    }
    let key = try #require((report["keys"] as? [[String: Any]])?.first)
    for field in ["key", "verdict", "engine", "operations", "unknowns", "seconds", "core"] {
      #expect(key[field] != nil, "\(field)")
    }
  }
}
