import Foundation
import TestSupport
import Testing

/// `kvchaos check` over the table `reports/verdicts.tsv` of the checker's fixtures.
@Suite(.timeLimit(.minutes(10))) struct VerdictTableTests {
  struct Row: CustomTestStringConvertible, Sendable {
    var file: String
    var arguments: [String]
    var statuses: Set<Int32>
    var testDescription: String { ([file] + arguments).joined(separator: " ") }
  }

  private static let folder = Repository.file("Tests/Checker/ConsistencyTests/Fixtures/reports")

  private static let rows: [Row] = {
    guard let table = try? String(contentsOf: folder.appendingPathComponent("verdicts.tsv"), encoding: .utf8) else {
      return []
    }
    return table.split(separator: "\n").dropFirst().map { line in
      let fields = line.split(separator: "\t").map(String.init)
      let numbers = fields[2].split { !$0.isNumber }.compactMap { Int32($0) }
      return Row(
        file: fields[0], arguments: fields[1] == "-" ? [] : fields[1].split(separator: " ").map(String.init),
        statuses: Set(numbers.filter { [0, 1, 2, 65].contains($0) }))
    }
  }()

  @Test func theTableIsThere() { #expect(Self.rows.count == 48) }

  @Test(arguments: rows)
  func theStatusIsRight(_ row: Row) throws {
    let folder = try TemporaryFolder()
    let path = try Self.make(row.file, in: folder) ?? Self.folder.appendingPathComponent(row.file).path
    let run = try ProgramRun(["check", path, "--json"] + row.arguments)
    #expect(row.statuses.contains(run.status), "\(run.status): \(run.output)\(run.errors)")
    #expect(run.status == 65 ? run.errors.hasPrefix("kvchaos: ") : run.errors.isEmpty)
    guard run.status != 65, row.arguments.contains("--memory") else { return }
    let report = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    let peak = try #require(report["peakMemoryBytes"] as? Int)
    #expect(peak <= 42 << 20, "\(peak) bytes")
  }

  /// The large ones: 24 MiB of spaces before a history, and a line of 24 MiB. Packed they are small.
  private static func make(_ file: String, in folder: TemporaryFolder) throws -> String? {
    // Enough to pass the limit where it does not hold; more takes minutes in a debug build.
    let size = 24 << 20
    let begin = #"{"process":0,"type":"invoke","f":"write","value":1}"#
    var text: Data
    switch file {
    case "spaces.jsonl.gz": text = Data(repeating: 0x20, count: size) + Data(begin.utf8)
    case "longline.jsonl.gz":
      text = Data((begin + "\n" + #"{"process":0,"type":"ok","f":"write","value":1,"x":""#).utf8)
      text += Data(repeating: 0x61, count: size) + Data("\"}\n".utf8)
    default: return nil
    }
    let plain = folder.url.appendingPathComponent("large.jsonl")
    try text.write(to: plain)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["gzip", "-1", plain.path]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return plain.path + ".gz"
  }
}
