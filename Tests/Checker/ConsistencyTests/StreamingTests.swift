import History
import Randomness
import Testing

@testable import Consistency

/// The check while reading against exhaustive search: all is well, or trouble, never the other way round.
@Suite struct StreamingTests {
  @Test(arguments: [2.0, 4.0, 8.0], 1...6)
  func streamAgreesWithExhaustiveSearch(overlap: Double, seed: Int) throws {
    let random = RandomEvents<Value>(
      operations: 4...18, overlap: overlap, initial: .null,
      request: { number, random in
        random.chance(0.5)
          ? .init(function: "get", value: .null) : .init(function: "put", value: .integer(Int64(number)))
      },
      apply: { request, state in
        guard request.function == "put" else { return state }
        state = request.value
        return .null
      })
    var generator = SplitMix64(scattering: UInt64(seed))
    var verdicts: [Bool: Int] = [:]
    for number in 0..<1000 {
      let events = random.make(&generator)
      let (history, ops) = try PreparedHistory.onlyObject(events)
      let projection = RegisterProjection(ops, model: .register, failedCas: .notDone, symbols: history.symbols)
      let expected = NaiveRegister.isLinearizable(projection.ops)
      verdicts[expected, default: 0] += 1
      #expect(
        try isWell(events, sweepMinimum: 1 + number % 4) == expected, "seed \(seed), history \(number): \(events)")
    }
    #expect(verdicts[true, default: 0] > 50 && verdicts[false, default: 0] > 50, "\(verdicts)")
  }

  /// Small numbers make even these histories forget values on the way.
  private func isWell(_ events: [Event], sweepMinimum: Int) throws -> Bool {
    var symbols = Symbols()
    var compact: [CompactEvent] = []
    for event in events {
      let converted = symbols.compact(event)
      compact.append(try #require(converted))
    }
    let actions = (0..<symbols.functionCount).map { Action(function: symbols.function(UInt8($0))) }
    var check = StreamingCheck(sweepMinimum: sweepMinimum)
    return check.consume(BlockChannel.Block(events: compact, actions: actions, levels: []))
      && check.finish(symbols: symbols) != nil
  }
}
