import CapLedger
import Foundation
import History
import Testing

/// `kvchaos cap` where no cell is run.
@Suite(.timeLimit(.minutes(10))) struct CapCommandTests {
  /// A results folder with one recorded cell: one write, which is there at the end or not.
  private func results(isLost: Bool) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let cell = folder.url.appendingPathComponent("cap/redis-plain-register-master-killed")
    try FileManager.default.createDirectory(at: cell, withIntermediateDirectories: true)
    let record = CapRecord(
      tier: "redis", variant: "plain", workload: .register, fault: "master-killed", isPartition: false,
      sides: [CapRecord.Side(name: "all", nodes: ["redis-2"], processes: [0, 1], hasMajority: true)], stride: 100,
      struckAt: 2, healedAt: 4, endedAt: 6, clientTimeout: 1, flavour: "patroni", startedAt: "2026-01-02T03:04:05Z")
    try JSONEncoder().encode(record).write(to: cell.appendingPathComponent("record.json"))
    let history = try HistoryFile(path: cell.appendingPathComponent("history.jsonl").path)
    let final: Value = isLost ? .null : .integer(1)
    let lines: [(Double, Event.Kind, String, Value, String?)] = [
      (0, .invoke, "put", .integer(1), nil), (0.1, .ok, "put", .integer(1), nil),
      (2.5, .invoke, "get", .null, nil), (2.6, .ok, "get", .integer(1), nil),
      (7, .invoke, "get", .null, "final"), (7.1, .ok, "get", final, "final"),
    ]
    for (index, (at, kind, function, value, level)) in lines.enumerated() {
      try history.append(
        Event(
          index: index, timeNanoseconds: Int64(at * 1e9), process: .client(0), kind: kind, function: function, key: "k",
          value: value, level: level))
    }
    try history.close()
    return folder
  }

  private func cap(_ folder: TemporaryFolder, _ arguments: String...) throws -> ProgramRun {
    try ProgramRun(["cap", "--judge-only", "--results", folder.url.path] + arguments)
  }

  @Test func recordsBecomeALedger() throws {
    let folder = try results(isLost: false)
    let run = try cap(folder)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("redis plain: not measured"))
    let ledger = try Ledger(path: folder.url.path + "/cap.json")
    #expect(ledger.cells.map(\.name) == ["redis-plain-register-master-killed"])
    #expect(ledger.cells[0].lostWrites == 0 && ledger.cells[0].linearizable == .holds)
    let page = try String(contentsOf: folder.url.appendingPathComponent("CAP.md"), encoding: .utf8)
    #expect(page.hasPrefix("# The CAP ledger"))
    #expect(try cap(folder, "--json").output == ledger.json)
  }

  @Test(arguments: [(false, 0), (true, 1)] as [(Bool, Int32)])
  func whatGotWorseIsTheStatus(isLost: Bool, status: Int32) throws {
    let before = try results(isLost: false)
    #expect(try cap(before).status == 0)
    let after = try results(isLost: isLost)
    let run = try cap(after, "--against", before.url.path + "/cap.json")
    #expect(run.status == status, "\(run.errors)")
    #expect(
      run.output.contains(
        isLost ? "WORSE redis-plain-register-master-killed: lost writes: 0 -> 1" : "Nothing changed."))
  }

  /// A clean clone has the ledger and no records: what was written stays.
  @Test func aCellWhoseRecordIsGoneStays() throws {
    let folder = try results(isLost: true)
    #expect(try cap(folder).status == 0)
    try FileManager.default.removeItem(at: folder.url.appendingPathComponent("cap"))
    #expect(try cap(folder).status == 0)
    #expect(try Ledger(path: folder.url.path + "/cap.json").cells.count == 1)
  }

  @Test func theListSaysWhatIsThere() throws {
    let folder = try results(isLost: false)
    let run = try ProgramRun([
      "cap", "--list", "--tier", "redis", "--cell", "redis-plain", "--results", folder.url.path,
    ])
    #expect(run.status == 0, "\(run.errors)")
    let lines = run.output.split(separator: "\n")
    #expect(lines.contains("measured\tredis-plain-register-master-killed"))
    #expect(lines.contains("missing\tredis-plain-register-split"))
    #expect(lines.allSatisfy { $0.contains("\tredis-plain-") })
  }

  /// What was measured is not thrown away where nothing can be measured.
  @Test func withoutAnEngineNothingIsForgotten() throws {
    let folder = try results(isLost: false)
    #expect(try cap(folder).status == 0)
    let home = try TemporaryFolder()
    let cells = home.url.appendingPathComponent("chaos/cap")
    try FileManager.default.createDirectory(at: cells, withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      atPath: "chaos/cap/redis.yml", toPath: cells.appendingPathComponent("redis.yml").path)
    let run = try ProgramRun(
      ["cap", "--again", "--results", folder.url.path],
      environment: ["KVCHAOS_HOME": home.url.path, "DOCKER_HOST": "unix://\(home.url.path)/nowhere.sock"])
    #expect(run.status == 69, "\(run.errors)")
    #expect(try Ledger(path: folder.url.path + "/cap.json").cells.count == 1)
    let record = folder.url.appendingPathComponent("cap/redis-plain-register-master-killed/record.json")
    #expect(FileManager.default.fileExists(atPath: record.path))
  }

  @Test(arguments: [
    ["--cell", "redis-plain-register-flood"], ["--tier", "cassandra"], ["--judge-only", "--again"],
    ["--judge-only", "--tier", "redis"],
  ])
  func whatCannotBeAskedForIsSaid(arguments: [String]) throws {
    let folder = try TemporaryFolder()
    #expect(try ProgramRun(["cap", "--results", folder.url.path + "/nowhere"] + arguments).status == 64)
  }

  @Test func whatIsNoRecordIsBadInput() throws {
    let folder = try results(isLost: false)
    let cell = folder.url.appendingPathComponent("cap/redis-plain-register-master-killed")
    try Data("{}".utf8).write(to: cell.appendingPathComponent("record.json"))
    let run = try cap(folder)
    #expect(run.status == 65)
    #expect(run.errors.contains("record.json: not the record of a cell"))
    #expect(try cap(results(isLost: false), "--against", folder.url.path + "/nowhere/cap.json").status == 65)
  }
}
