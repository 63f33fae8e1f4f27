import Consistency
import Failures
import Foundation
import Testing

@testable import CapLedger

@Suite struct LedgerTests {
  /// Every kind of row that a report has.
  private var ledger: Ledger {
    var note = CapCell.example(
      tier: "sql", variant: "asynchronous", workload: .set, fault: "leader-killed", isPartition: false, lost: 6)
    note.notes = ["something could not be looked at"]
    // Measured before counts by the second were kept.
    note.course = nil
    return Ledger([
      .example(stale: 7, linearizable: .violated),
      .example(fault: "master-killed", isPartition: false, lost: 12, recovery: 9),
      .example(fault: "all-down", isPartition: false, lost: 100, recovery: nil, promise: nil),
      .example(variant: "wait-1", promise: Promise(seconds: 4, formula: "a formula", isRefusalThePoint: true)),
      .example(tier: "rabbitmq", workload: .queue, fault: "split"),
      .example(tier: "rabbitmq", variant: "classic-queue", workload: .queue, fault: "split", lost: 1, promise: nil),
      .example(tier: "sql", workload: .set, fault: "leader-killed", isPartition: false), note,
      .example(tier: "sql", workload: .bank, fault: "leader-isolated"),
      .example(tier: "store", variant: "committed-linearizable", fault: "sql-leader-isolated"),
      .example(tier: "store", variant: "queued-cache", fault: "odd", problems: ["the heal took three tries"]),
    ])
  }

  /// `KVCHAOS_WRITE_GOLDEN=1 swift test` writes the file again.
  @Test(arguments: ["CAP.md", "cap.json", "cap-redis.svg", "cap-rabbitmq.svg"])
  func theFilesAreTheGoldenOnes(name: String) throws {
    let text =
      switch name {
      case "CAP.md": LedgerDocument(ledger).markdown
      case "cap.json": Ledger([.example()]).json
      case "cap-redis.svg": try #require(TierPicture("redis", ledger.cells)).svg
      default: try #require(TierPicture("rabbitmq", ledger.cells)).svg
      }
    let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/\(name)")
    if ProcessInfo.processInfo.environment["KVCHAOS_WRITE_GOLDEN"] != nil {
      try text.write(to: path, atomically: true, encoding: .utf8)
    }
    #expect(text == (try String(contentsOf: path, encoding: .utf8)))
  }

  @Test func theOrderOfTheCellsDoesNotMatter() {
    #expect(Ledger(ledger.cells.reversed()).json == ledger.json)
  }

  @Test func ofTwoRunsOfACellTheLaterCounts() {
    let cells: [CapCell] = [
      .example(startedAt: "2026-01-02T00:00:00Z", lost: 1), .example(startedAt: "2026-01-03T00:00:00Z", lost: 2),
      .example(startedAt: "2026-01-01T00:00:00Z", lost: 3),
    ]
    #expect(Ledger(cells).cells.map(\.lostWrites) == [2])
  }

  @Test func aLedgerWithoutCellsSaysSo() {
    let text = LedgerDocument(Ledger([])).markdown
    #expect(text.contains("Nothing was measured yet."))
    #expect(!text.contains("CP"))
  }

  // MARK: - Counts by the second

  /// A ledger of before they were kept is read, and nothing has changed by them.
  @Test func aLedgerWithoutCountsByTheSecondIsRead() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.path + "/cap.json"
    let older = Ledger([.example(course: nil)])
    #expect(!older.json.contains("course"))
    try older.json.write(toFile: path, atomically: true, encoding: .utf8)
    let read = try Ledger(path: path)
    #expect(read == older)
    #expect(LedgerComparison(from: read, to: Ledger([.example()])).changes.isEmpty)
  }

  @Test(arguments: [
    ("[\n  1,\n  -2,\n  30\n]", "[1, -2, 30]"),
    ("{\n  \"a\" : [\n    7\n  ],\n  \"b\" : 1\n}", "{\n  \"a\" : [7],\n  \"b\" : 1\n}"),
    ("[\n\n]", "[\n\n]"), ("[\n  \"1\"\n]", "[\n  \"1\"\n]"), ("[\n  1.5\n]", "[\n  1.5\n]"),
    ("[\n  1,\n  null\n]", "[\n  1,\n  null\n]"),
    ("[\n  [\n    1,\n    2\n  ],\n  [\n\n  ]\n]", "[\n  [1, 2],\n  [\n\n  ]\n]"),
  ])
  func wholeNumbersAreOnOneLine(json: String, compact: String) {
    #expect(Ledger.compacted(json) == compact)
  }

  // MARK: - Files

  private func folder() throws -> URL {
    let url = FileManager.default.temporaryDirectory.appending(path: "kvchaos-cap-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    return url
  }

  @Test func theLedgerSurvivesItsFile() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    try CapFolder(root: folder.path).write(ledger)
    #expect(try Ledger(path: folder.path + "/cap.json") == ledger)
    #expect(try String(contentsOfFile: folder.path + "/CAP.md", encoding: .utf8) == LedgerDocument(ledger).markdown)
  }

  @Test func aPictureIsWrittenOfEachTierThatHasOne() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let results = CapFolder(root: folder.path)
    func pictures() throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".svg") }.sorted()
    }
    try "mine".write(toFile: folder.path + "/cap-mine.svg", atomically: true, encoding: .utf8)
    try results.write(Ledger([.example(), .example(tier: "sql")]))
    #expect(try pictures() == ["cap-mine.svg", "cap-redis.svg", "cap-sql.svg"])
    #expect(
      try String(contentsOfFile: folder.path + "/cap-sql.svg", encoding: .utf8)
        == TierPicture("sql", flavour: "patroni", [.example(tier: "sql")])?.svg)
    // Each flavour has its own.
    try results.write(Ledger([.example(tier: "sql"), .example(tier: "sql", flavour: "cockroach")]))
    #expect(try pictures() == ["cap-mine.svg", "cap-sql-cockroach.svg", "cap-sql.svg"])
    // What CAP.md shows no more does not stay.
    try results.write(Ledger([.example(course: nil)]))
    #expect(try pictures() == ["cap-mine.svg"])
  }

  /// The same cell on both flavours is two cells of one page: beside each other, and with labels of their own.
  @Test func bothFlavoursAreInOneLedger() throws {
    let ledger = Ledger([
      .example(tier: "sql"), .example(tier: "sql", flavour: "cockroach", lost: 3), .example(),
      .example(flavour: "cockroach", startedAt: "2026-01-03T03:04:05Z"),
    ])
    #expect(
      ledger.cells.map(\.id) == [
        "redis-plain-register-master-isolated", "sql-plain-register-master-isolated",
        "sql-plain-register-master-isolated-on-cockroach",
      ])
    #expect(ledger.labels.map(\.words) == ["redis plain", "sql plain cockroach", "sql plain patroni"])
    let page = LedgerDocument(ledger).markdown
    let patroni = try #require(page.range(of: "### sql (patroni)\n\n![sql (patroni): "))
    let cockroach = try #require(page.range(of: "### sql (cockroach)\n\n![sql (cockroach): "))
    #expect(patroni.lowerBound < cockroach.lowerBound)
    #expect(page.contains("(cap-sql-cockroach.svg)"))
    // What became worse on one flavour is not said of the other.
    let changes = LedgerComparison(from: Ledger([.example(tier: "sql", flavour: "cockroach")]), to: ledger).changes
    #expect(changes.contains { $0.subject == "sql-plain-register-master-isolated-on-cockroach" && $0.isWorse })
    #expect(changes.contains { $0.subject == "sql-plain-register-master-isolated" && $0.what.contains("first time") })
  }

  @Test func aForgottenCellIsGoneWithItsRecord() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let results = CapFolder(root: folder.path)
    let cells: [CapCell] = [.example(), .example(fault: "split")]
    try results.write(Ledger(cells))
    try FileManager.default.createDirectory(
      atPath: results.folder(of: cells[0].name), withIntermediateDirectories: true)
    try results.forget([cells[0].name])
    #expect(try Ledger(path: results.jsonPath).cells == [cells[1]])
    #expect(!FileManager.default.fileExists(atPath: results.folder(of: cells[0].name)))
  }

  @Test(arguments: ["", "{}", "{\"schema\":\"kvchaos.plans/1\",\"rows\":[]}"])
  func aFileThatIsNoLedgerIsBadInput(text: String) throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.path + "/cap.json"
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    let error = #expect(throws: CommandError.self) { try Ledger(path: path) }
    #expect(error?.category == .badInput)
  }

  @Test func aLedgerOfAnotherSchemaIsBadInput() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.path + "/cap.json"
    try ledger.json.replacing(Ledger.currentSchema, with: "kvchaos.cap/99").write(
      toFile: path, atomically: true, encoding: .utf8)
    let error = #expect(throws: CommandError.self) { try Ledger(path: path) }
    #expect(error?.message.contains("kvchaos.cap/99") == true)
  }
}
