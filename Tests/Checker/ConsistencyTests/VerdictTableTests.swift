import Foundation
import History
import Testing

@testable import Consistency

/// Every history of the table gets one of the verdicts that are right. `kvchaosTests` runs the program itself over it.
@Suite struct VerdictTableTests {
  private static let rows = VerdictRow.all.filter { !VerdictRow.made.contains($0.file) }

  @Test func theTableIsThere() { #expect(VerdictRow.all.count == 48) }

  @Test(arguments: rows)
  func theVerdictIsRight(_ row: VerdictRow) throws {
    let status = try Self.status(of: row)
    #expect(row.statuses.contains(status.number), "\(status.number): \(status.text)")
    // What is unknown says why.
    if status.number == 2 {
      #expect(status.text.contains("unknown:") || status.text.contains("note:"), "\(status.text)")
    }
  }

  private static func status(of row: VerdictRow) throws -> (number: Int32, text: String) {
    var options = CheckOptions()
    var rest = row.arguments[...]
    while let name = rest.popFirst(), let value = rest.popFirst() {
      switch name {
      case "--model": options.model = Model(rawValue: value)
      case "--initial": options.initial = .integer(try #require(Int64(value)))
      default: Issue.record("an argument that this test does not know: \(name)")
      }
    }
    do {
      let report = try ConsistencyChecker(options: options).check(
        path: VerdictRow.folder.appendingPathComponent(row.file).path)
      let notes = report.checks.compactMap { check in check.verdict == .unknown ? check.note.map { "note: \($0)" } : nil
      }
      let number: Int32 = report.verdict == .holds ? 0 : report.verdict == .violated ? 1 : 2
      return (number, (notes + [ReportText(report, name: row.file).description]).joined(separator: "\n"))
    } catch let error as HistoryError {
      return (65, error.description)
    } catch let error as ConsistencyError {
      return (65, error.description)
    }
  }
}
