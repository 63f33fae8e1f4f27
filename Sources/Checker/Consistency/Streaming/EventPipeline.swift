import Dispatch
import History
import Synchronization

/// Parses a history on one thread while another takes in its events.
enum EventPipeline {
  /// What is left when the pipeline has run dry.
  struct Outcome: Sendable {
    var symbols: Symbols
    var summary: HistoryScanner.Summary
    /// The consumer wanted no more before the end.
    var wasStopped: Bool
  }

  /// Runs `consume` for every block, in order, on the calling thread.
  ///
  /// - Parameter consume: returns false to stop.
  static func run(
    _ scanner: sending HistoryScanner, consume: (BlockChannel.Block) -> Bool
  ) throws(HistoryError) -> Outcome {
    var wasStopped = false
    guard !scanner.isShort else {
      var scanner = scanner
      var outcome = try parse(&scanner) { block in
        wasStopped = !consume(block)
        return !wasStopped
      }
      outcome.wasStopped = wasStopped
      return outcome
    }
    let channel = BlockChannel()
    let done = DispatchSemaphore(value: 0)
    let result = Mutex<Result<Outcome, HistoryError>?>(nil)
    let input = Mutex<HistoryScanner?>(scanner)
    DispatchQueue.global(qos: .userInitiated).async {
      if var scanner = input.withLock({ $0.take() }) {
        let outcome = Result { () throws(HistoryError) in try parse(&scanner, send: channel.send) }
        result.withLock { $0 = outcome }
      }
      channel.finish()
      done.signal()
    }
    while let block = channel.receive() {
      if !consume(block) {
        wasStopped = true
        channel.cancel()
        break
      }
    }
    done.wait()
    guard let outcome = result.withLock({ $0 }) else { fatalError("the parsing thread ended without a result") }
    var value = try outcome.get()
    value.wasStopped = wasStopped
    return value
  }

  /// - Parameter send: takes a block, with what its function and level numbers mean; false ends the scan.
  private static func parse(
    _ scanner: inout HistoryScanner, send: (BlockChannel.Block) -> Bool
  ) throws(HistoryError) -> Outcome {
    var actions: [Action] = []
    var levels: [Level] = []
    try scanner.scan { events, symbols in
      while actions.count < symbols.functionCount {
        actions.append(Action(function: symbols.function(UInt8(actions.count))))
      }
      while levels.count < symbols.levelCount { levels.append(Level(name: symbols.level(UInt8(levels.count)))) }
      return send(BlockChannel.Block(events: events, actions: actions, levels: levels))
    }
    return Outcome(symbols: scanner.symbols, summary: scanner.summary, wasStopped: false)
  }
}
