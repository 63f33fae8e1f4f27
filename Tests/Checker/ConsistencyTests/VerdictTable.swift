import Foundation
import Testing

/// The table `reports/verdicts.tsv` of the fixtures: histories that a checker may judge wrongly, and what is right.
struct VerdictRow: CustomTestStringConvertible, Sendable {
  var file: String
  var arguments: [String]
  /// Exit statuses of `kvchaos check` that are right.
  var statuses: Set<Int32>
  var reason: String
  var testDescription: String { ([file] + arguments).joined(separator: " ") + ": " + reason }

  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
    "Fixtures/reports")

  /// Large inputs, which the test of the program makes.
  static let made: Set = ["longline.jsonl.gz", "spaces.jsonl.gz"]

  static let all: [VerdictRow] = {
    guard let table = try? String(contentsOf: folder.appendingPathComponent("verdicts.tsv"), encoding: .utf8) else {
      return []
    }
    return table.split(separator: "\n").dropFirst().map { line in
      let fields = line.split(separator: "\t").map(String.init)
      let numbers = fields[2].split { !$0.isNumber }.compactMap { Int32($0) }
      return VerdictRow(
        file: fields[0], arguments: fields[1] == "-" ? [] : fields[1].split(separator: " ").map(String.init),
        // What follows the statuses, such as a peak of memory, has a number too.
        statuses: Set(numbers.filter { [0, 1, 2, 65].contains($0) }), reason: fields[3])
    }
  }()
}
