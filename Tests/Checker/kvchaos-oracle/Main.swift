import ContractOracle
import Foundation
import History

/// Holds the checker against the executable contract: on random histories, and on damaged real ones.
@main
struct Main {
  static let usage = """
    kvchaos-oracle histories [--count N] [--seed N] [--show N]
      Compares checker and oracle on random histories (200,000), half of them damaged.
    kvchaos-oracle show SEED
      Prints the history of a seed.
    kvchaos-oracle mutants [--each N] [--seed N] [--json FILE] [--show N] HISTORY...
      Damages recorded histories, N mutants of each kind (20) for each history, and compares.
    kvchaos-oracle trim HISTORY
      Prints some keys of a recorded history with all their operations, as Tests/Checker/ContractOracleTests/Fixtures/runs has them.

    Exit status: 0 they agree, 1 they do not, 64 usage, 65 a history cannot be read.
    """

  static func main() async {
    let arguments = Array(CommandLine.arguments.dropFirst())
    guard let command = arguments.first, let options = Options(arguments.dropFirst()) else { fail(64, usage) }
    switch command {
    case "histories" where options.files.isEmpty: await histories(options)
    case "show" where options.files.count == 1: show(options.files[0])
    case "mutants" where !options.files.isEmpty: await mutants(options)
    case "trim" where options.files.count == 1: trim(options.files[0])
    default: fail(64, usage)
    }
  }

  private struct Options {
    private static let names: Set<String> = ["--count", "--seed", "--show", "--each", "--json"]

    private var values: [String: String] = [:]
    private(set) var files: [String] = []

    init?(_ arguments: ArraySlice<String>) {
      var rest = arguments
      while let word = rest.popFirst() {
        guard word.hasPrefix("--") else {
          files.append(word)
          continue
        }
        guard Self.names.contains(word), let value = rest.popFirst() else { return nil }
        guard word == "--json" || UInt64(value) != nil else { return nil }
        values[word] = value
      }
    }

    subscript(_ name: String) -> String? { values[name] }
    func number(_ name: String, _ standard: UInt64) -> UInt64 { values[name].flatMap(UInt64.init) ?? standard }
  }

  private static func fail(_ status: Int32, _ message: String) -> Never {
    FileHandle.standardError.write(Data((message + "\n").utf8))
    exit(status)
  }

  // MARK: Random histories

  private static func histories(_ options: Options) async {
    let seed = options.number("--seed", 1)
    let count = options.number("--count", 200_000)
    let all = await RandomHistories.run(seed..<seed + count)
    print("\(count) histories from seed \(seed), \(all.damaged) of them damaged")
    for result in Comparison.Result.allCases { print("  \(result.rawValue): \(all.counts[result] ?? 0)") }
    for (name, count) in all.classes.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      print("  missed on purpose, \(name.rawValue): \(count)")
    }
    for (name, count) in all.featureCounts.sorted(by: { $0.key < $1.key }) { print("  with \(name): \(count)") }
    for found in all.disagreements.prefix(Int(options.number("--show", 10))) {
      let bound = found.features.timeToLive.map { "cached reads may be \($0) ms behind" } ?? "no bound"
      print("\n\(found.result.rawValue), seed \(found.seed), \(bound); \(found.damage.map(\.rawValue))")
      print(Comparison.lines(found.events))
    }
    exit(all.agrees ? 0 : 1)
  }

  private static func show(_ word: String) {
    guard let seed = UInt64(word) else { fail(64, usage) }
    let (features, damage, events) = RandomHistories.make(seed)
    print("\(features.names.joined(separator: ", ")); \(damage.map(\.rawValue))\n\(Comparison.lines(events))")
  }

  // MARK: Recorded histories

  private static func read(_ path: String) -> [Event] {
    do {
      return try RecordedHistory(path: path).events
    } catch {
      fail(65, "\(error)")
    }
  }

  private static func trim(_ path: String) {
    FileHandle.standardOutput.write(Data(TrimmedHistory(read(path)).bytes))
  }

  private static func mutants(_ options: Options) async {
    let seed = options.number("--seed", 1)
    let each = Int(options.number("--each", 20))
    let files = options.files.sorted()
    let found = await withTaskGroup(of: (String, Mutants).self) { group in
      for file in files {
        group.addTask {
          let name = Self.plan(of: file)
          var mutants = Mutants(name: name, read(file))
          mutants.run(each: each, seed: seed)
          return (name, mutants)
        }
      }
      var all: [(name: String, mutants: Mutants)] = []
      for await one in group { all.append(one) }
      return all.sorted { $0.name < $1.name }
    }
    let table = MutantTable(found, command: "make mutants")
    for row in table.histories + table.kinds {
      let counts = row.counts
      print(
        "\(row.name): caught \(counts.caught), legal \(counts.legal), missed \(counts.missed), "
          + "undecided \(counts.undecided), false alarms \(counts.falseAlarms)")
    }
    for (name, mutants) in found {
      print("\(name): \(mutants.usedKeys) keys, \(mutants.skippedKeys) not legal as they are")
    }
    for one in found.flatMap(\.mutants.disagreements).prefix(Int(options.number("--show", 5))) {
      print("\n\(one.what), \(one.history): \(one.mutation.rawValue)\n\(Comparison.lines(one.events))")
    }
    if let path = options["--json"] {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      do {
        try (encoder.encode(table) + Data("\n".utf8)).write(to: URL(filePath: path), options: .atomic)
      } catch {
        fail(65, "\(path) cannot be written: \(error.localizedDescription)")
      }
    }
    let all = found.reduce(into: Mutants.Counts()) { $0 += $1.mutants.all }
    exit(all.missed + all.falseAlarms + all.undecided > 0 ? 1 : 0)
  }

  /// `results/sql-leader-kill/latest/history.jsonl` and `sql-leader-kill.jsonl.gz` are both histories of
  /// `sql-leader-kill`.
  private static func plan(of path: String) -> String {
    let words = path.split(separator: "/").map(String.init)
    guard let file = words.last else { return path }
    let isNamed = !file.hasPrefix("history.")
    return isNamed ? String(file.prefix { $0 != "." }) : words.dropLast(2).last ?? file
  }
}
