import History

/// The operations around a violation, and the faults behind them, for a picture.
public struct Timeline: Sendable, Hashable {
  /// What the nemesis did, and for how long.
  public struct Fault: Sendable, Hashable {
    /// When it began, since the start of the run.
    public var nanoseconds: Int64
    /// When it was over: the same for what only happened; `nil` for what lasted to the end.
    public var endNanoseconds: Int64?
    /// The fault and its target.
    public var text: String
  }

  /// The key that is shown; `nil` for a history's only object.
  public var key: String?
  /// In the order of their invocations.
  public var operations: [Operation]
  /// The indices of those of the core.
  public var core: Set<Int>
  /// In the order of their beginnings.
  public var faults: [Fault]

  /// The operations shown at most.
  public static let operationLimit = 5000

  /// Picks the operations of the first violated key that are nearest to the core; of a history without violations, the
  /// first operations of its first key.
  init(_ history: PreparedHistory, _ report: ConsistencyReport) {
    let verdict = report.keys.first
    let finding = report.checks.lazy.flatMap(\.findings).first
    let key = verdict?.verdict == .violated ? verdict?.key : finding?.key ?? verdict?.key
    let core = verdict?.verdict == .violated ? verdict?.core ?? [] : finding?.operations ?? []
    self.key = key
    self.core = Set(core.map(\.index))
    let named = (0..<history.groupCount).filter { history.name(ofGroup: $0) == key && history.count(inGroup: $0) > 0 }
    // Two keys may have one name: 1 and "1".
    let group = named.first { group in history.ops(inGroup: group).contains { Int($0.call) == core.first?.index } }
    let ops = (group ?? named.first).map(history.ops(inGroup:)) ?? []
    var shown = ops[...]
    if ops.count > Self.operationLimit {
      let center = ops.firstIndex { Int($0.call) >= core.first?.index ?? 0 } ?? 0
      let low = max(0, min(center - Self.operationLimit / 2, ops.count - Self.operationLimit))
      shown = ops[low..<(low + Self.operationLimit)]
    }
    operations = shown.map(history.operation)
    var spans = FaultSpans()
    for event in history.nemesis {
      spans.add(
        history.symbols.function(event.function), target: Self.target(history.symbols.value(event.value)),
        at: event.timeNanoseconds)
    }
    faults = spans.faults
  }

  /// The names of the nodes, or whatever else a nemesis had to say, without the marks of a value.
  private static func target(_ value: Value) -> String {
    switch value {
    case .null: ""
    case .string(let text), .keyword(let text): text
    case .list(let values): values.map(target).joined(separator: ", ")
    default: value.description
    }
  }
}

extension ConsistencyChecker {
  /// Reads a history once more for the picture of what a report found in it.
  ///
  /// - Parameters:
  ///   - path: a file, not standard input.
  ///   - report: what the check of that file found.
  /// - Throws: as `check(path:)` does.
  public func timeline(path: String, report: ConsistencyReport) throws -> Timeline {
    var assembler = Assembler()
    var failure: ConsistencyError?
    let outcome = try EventPipeline.run(HistoryScanner(path: path, keys: options.keys)) { block in
      do throws(ConsistencyError) {
        return try assembler.add(block)
      } catch {
        failure = error
        return false
      }
    }
    if let failure { throw failure }
    try assembler.check(outcome.symbols)
    return Timeline(try PreparedHistory(assembler, symbols: outcome.symbols), report)
  }
}
