import Foundation
import History
import Randomness
import Testing

@testable import Consistency

/// What is checked while it is read gets the verdicts of what is held as a whole.
@Suite struct AgreementTests {
  /// Every fixture of every test of histories.
  static let files: [String] = {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return ["ConsistencyTests/Fixtures", "HistoryTests/Fixtures"].flatMap { folder -> [String] in
      let names = FileManager.default.enumerator(atPath: tests.appendingPathComponent(folder).path)?.allObjects ?? []
      return names.compactMap { $0 as? String }.filter { !$0.hasSuffix(".md") && !$0.hasSuffix(".tsv") }.sorted().map {
        tests.appendingPathComponent("\(folder)/\($0)").path
      }
    }.filter {
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: $0, isDirectory: &isFolder) && !isFolder.boolValue
    }
  }()

  @Test(arguments: files, [nil, Model.register, .casRegister])
  func fixturesAgree(path: String, model: Model?) throws {
    guard let history = try? RecordedHistory(path: path) else {
      #expect(throws: HistoryError.self) { try ConsistencyChecker().check(path: path) }
      return
    }
    let failedCas: CheckOptions.FailedCas = history.format == .textLog ? .sawAnother : .notDone
    try compare(path, history.events, CheckOptions(model: model, failedCas: failedCas))
  }

  /// Reads and writes of one level, most of them well, and now and then something that the stream cannot take.
  @Test(arguments: 1...8)
  func generatedHistoriesAgree(seed: Int) throws {
    let random = RandomEvents<Value>(
      operations: 2...12, disturbances: 0...1, initial: .null,
      request: { number, random in
        if random.chance(0.03) { return .init(function: "delete", value: .null) }
        if random.chance(0.03) {
          return .init(function: "cas", value: .list([.integer(Int64(number)), .integer(Int64(number + 1))]))
        }
        if random.chance(0.03) { return .init(function: "put", value: .list([.integer(1), .integer(2)])) }
        return random.chance(0.5)
          ? .init(function: "get", value: .null)
          : .init(function: "put", value: .integer(Int64(random.chance(0.1) ? 1 : number)))
      },
      apply: { request, state in
        let before = state
        switch request.function {
        case "get": return state
        case "delete": state = .null
        case "cas":
          guard case .list(let pair) = request.value, pair[0] == state else { return request.value }
          state = pair[1]
        default: state = request.value
        }
        // Some puts answer what was there before.
        if request.value == .integer(3) { return before }
        return request.value
      })
    var generator = SplitMix64(scattering: UInt64(seed))
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("agree-\(UUID().uuidString).jsonl").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    var verdicts: [Verdict: Int] = [:]
    for _ in 0..<250 {
      var events = random.make(&generator)
      damage(&events, &generator)
      let file = try HistoryFile(path: path)
      for event in events { try file.append(event) }
      try file.close()
      if let verdict = try compare(path, events, CheckOptions()) { verdicts[verdict, default: 0] += 1 }
    }
    #expect(verdicts[.holds, default: 0] > 50 && verdicts[.violated, default: 0] > 20, "\(verdicts)")
  }

  private func damage(_ events: inout [Event], _ random: inout SplitMix64) {
    for index in events.indices where random.chance(0.02) {
      switch Int.random(in: 0..<5, using: &random) {
      case 0: events[index].kind = .fail
      case 1: events[index].level = ["cache", "committed", "queued", "eventual"].randomElement(using: &random)
      case 2: events[index].version = Int64.random(in: 0...3, using: &random)
      case 3: events[index].value = [.string("OK"), .bool(true), .integer(99)].randomElement(using: &random) ?? .null
      default: events[index].operation = "o\(Int.random(in: 0...3, using: &random))"
      }
    }
  }

  /// - Returns: the verdict; `nil`: it is no history, either way.
  @discardableResult
  private func compare(_ path: String, _ events: [Event], _ options: CheckOptions) throws -> Verdict? {
    let checker = ConsistencyChecker(options: options)
    let streamed = Result { try checker.check(path: path) }
    let whole = Result { try checker.check(events) }
    switch (streamed, whole) {
    case (.success(let streamed), .success(let whole)):
      #expect(streamed.verdict == whole.verdict && streamed.model == whole.model, "\(events)")
      #expect(streamed.checks.map(\.check) == whole.checks.map(\.check))
      #expect(streamed.checks.map(\.verdict) == whole.checks.map(\.verdict), "\(events)")
      func counts(_ report: ConsistencyReport) -> [Int] {
        [report.events, report.operations, report.unknowns, report.failures]
      }
      #expect(counts(streamed) == counts(whole), "\(events)")
      func keys(_ report: ConsistencyReport) -> [String] {
        report.keys.map { "\($0.key ?? "-") \($0.verdict) \($0.operations) \($0.unknowns)" }.sorted()
      }
      #expect(keys(streamed) == keys(whole), "\(events)")
      return whole.verdict
    case (.failure(let streamed), .failure(let whole)):
      #expect("\(streamed)".hasSuffix("\(whole)"), "\(events)")
      return nil
    case (.failure(ConsistencyError.noOperations), .success(let whole)) where whole.operations == 0:
      // A file without an operation is no history; events without one may be those of a run that begins.
      #expect(whole.verdict == .unknown)
      return nil
    default:
      Issue.record("\(streamed) against \(whole): \(events)")
      return nil
    }
  }
}
